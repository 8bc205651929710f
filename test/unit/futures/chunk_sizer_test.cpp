#include "support/catch.hpp"

#include <spritefarm/detail/chunk_sizer.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using spritefarm::detail::ChunkCost;
using spritefarm::detail::ChunkSizer;

namespace {

constexpr std::size_t no_limit = 1'000'000;

struct Row {
  std::string what;
  std::vector<ChunkCost> costs;
  std::size_t size;
};

}  // namespace

TEST_CASE("a call takes as many items as run for 0.1 ms", "[map]") {
  const Row row = GENERATE(values<Row>({
      {"nothing is known", {}, 1},
      {"items of 1 µs", {{1, 1us, 8}}, 100},
      {"items of 10 µs", {{100, 1ms, 800}}, 10},
      {"items of 60 µs", {{1, 60us, 8}}, 1},
      {"items of 0.1 ms", {{1, 100us, 8}}, 1},
      {"items of an hour", {{1, 1h, 8}}, 1},
      {"items of no measurable time", {{1024, 0ns, 0}}, 1024},
      {"items of 1 ns", {{1, 1ns, 8}}, 1024},
      {"items of 1 KiB", {{1, 1ns, 1024}}, 32},
      {"items of 1 MiB", {{10, 1ns, 10 << 20}}, 1},
      {"a higher cost counts at once", {{1, 1us, 8}, {1, 100us, 8}}, 1},
      {"a lower cost counts by halves", {{1, 100us, 8}, {1, 1us, 8}}, 2},
      {"and again", {{1, 100us, 8}, {1, 1us, 8}, {2, 2us, 16}}, 4},
      {"until it is reached",
       {{1, 8us, 8}, {12, 12us, 8}, {25, 25us, 8}, {50, 50us, 8}, {100, 100us, 8}},
       100},
      {"larger items count at once", {{1, 1ns, 1}, {1024, 1us, 1024 << 10}}, 32},
      {"smaller items count by halves", {{1, 1ns, 32 << 10}, {1, 1ns, 1}}, 2},
  }));
  CAPTURE(row.what);
  ChunkSizer sizer;
  for (const ChunkCost& cost : row.costs) sizer.record(cost);
  CHECK(sizer.size(no_limit) == row.size);
}

TEST_CASE("a call takes no more items than there is room for, and one at least", "[map]") {
  ChunkSizer sizer;
  CHECK(sizer.size(1) == 1);
  sizer.record({1, 1us, 8});
  CHECK(sizer.size(100) == 100);
  CHECK(sizer.size(99) == 99);
  CHECK(sizer.size(1) == 1);
  sizer.record({1, 1h, 8});
  CHECK(sizer.size(99) == 1);
}

TEST_CASE("after one slow item the size recovers within 20 calls", "[map]") {
  ChunkSizer sizer;
  sizer.record({1, 1us, 8});
  sizer.record({1, 500ms, 8});
  for (int i = 0; i < 20; ++i) {
    const std::size_t size = sizer.size(no_limit);
    sizer.record({size, size * 1us, size * 8});
  }
  CHECK(sizer.size(no_limit) == 100);
}
