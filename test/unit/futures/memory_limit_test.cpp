#include "futures/memory_limit.hpp"

#include "support/catch.hpp"

using spritefarm::MemoryLimit;

TEST_CASE("the limit is near when the next call might take the process over it", "[process][memory]") {
  MemoryLimit limit(100);
  limit.begin(50);
  SECTION("because each adds as much") {
    for (const std::size_t resident : {60, 70, 80, 90}) CHECK_FALSE(limit.near(resident, 1));
    CHECK(limit.near(91, 1));
  }
  SECTION("because two have added as much, whatever lay between") {
    CHECK_FALSE(limit.near(70, 1));
    CHECK_FALSE(limit.near(40, 1));
    CHECK_FALSE(limit.near(60, 1));
    CHECK_FALSE(limit.near(80, 1));
    CHECK(limit.near(81, 1));
  }
  SECTION("because several run at a time") {
    CHECK_FALSE(limit.near(60, 3));
    CHECK_FALSE(limit.near(70, 3));
    CHECK(limit.near(80, 3));
  }
  SECTION("not because one has added something") {
    CHECK_FALSE(limit.near(99, 1));
    CHECK_FALSE(limit.near(99, 1));
    CHECK(limit.near(101, 1));
  }
  SECTION("not because of what it had before its first call") {
    CHECK_FALSE(limit.near(50, 1));
    CHECK_FALSE(limit.near(90, 1));
  }
}
