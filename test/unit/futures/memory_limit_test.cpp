#include "futures/memory_limit.hpp"

#include "support/catch.hpp"

using spritefarm::futures::MemoryLimit;

TEST_CASE("near() is true when the next call could exceed the limit", "[process][memory]") {
  MemoryLimit limit(100);
  limit.begin(50);
  SECTION("because each call has added that amount") {
    for (const std::size_t resident : {60, 70, 80, 90}) CHECK_FALSE(limit.near(resident, 1));
    CHECK(limit.near(91, 1));
  }
  SECTION("because two calls have added that amount, not in a row") {
    CHECK_FALSE(limit.near(70, 1));
    CHECK_FALSE(limit.near(40, 1));
    CHECK_FALSE(limit.near(60, 1));
    CHECK_FALSE(limit.near(80, 1));
    CHECK(limit.near(81, 1));
  }
  SECTION("because several calls run at a time") {
    CHECK_FALSE(limit.near(60, 3));
    CHECK_FALSE(limit.near(70, 3));
    CHECK(limit.near(80, 3));
  }
  SECTION("not because of the memory that a single call has added") {
    CHECK_FALSE(limit.near(99, 1));
    CHECK_FALSE(limit.near(99, 1));
    CHECK(limit.near(101, 1));
  }
  SECTION("not because of the memory before the first call") {
    CHECK_FALSE(limit.near(50, 1));
    CHECK_FALSE(limit.near(90, 1));
  }
}
