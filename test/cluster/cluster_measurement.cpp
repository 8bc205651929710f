// Measures calls over a real broker: build/release/cluster-tests '[measurement]'. Not run otherwise.

#include "cluster/cluster_fixture.hpp"
#include "support/catch.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/futures.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <vector>

using namespace spritefarm;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

TEST_CASE("calls, items and round trips of a cluster", "[.][measurement]") {
  test::Cluster group;
  for (int i = 0; i < 2; ++i) group.start_node(2, {"--ahead", "14"});
  ClusterExecutor cluster(group.options());
  cluster.wait_for_nodes(2, std::chrono::minutes(1));
  const auto increment = [](int x) { return x + 1; };
  for (int i = 0; i < 100; ++i) cluster.submit(increment, i).result();

  constexpr int calls = 10'000;
  auto begin = Clock::now();
  std::vector<Future<int>> futures;
  for (int i = 0; i < calls; ++i) futures.push_back(cluster.submit(increment, i));
  for (int i = 0; i < calls; ++i) REQUIRE(futures[static_cast<std::size_t>(i)].result() == i + 1);
  std::printf("%-40s %8.0f a second\n", "calls", calls / seconds_since(begin));

  std::vector<int> items(300'000);
  std::iota(items.begin(), items.end(), 0);
  begin = Clock::now();
  long sum = 0;
  for (const int item : cluster.map(increment, items, {.chunksize = 100})) sum += item;
  REQUIRE(sum == 300'000L * 300'001 / 2);
  std::printf("%-40s %8.0f a second\n", "items of map(), chunksize 100", 300'000 / seconds_since(begin));

  std::vector<double> trips;
  for (int i = 0; i < 300; ++i) {
    begin = Clock::now();
    cluster.submit(increment, i).result();
    trips.push_back(seconds_since(begin) * 1000);
  }
  std::sort(trips.begin(), trips.end());
  std::printf("%-40s %8.2f ms (median), %.2f ms (99 %%)\n", "a call alone", trips[150], trips[297]);
}
