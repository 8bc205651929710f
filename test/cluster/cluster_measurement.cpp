// Measures calls over a real broker, beside Celery over the same one: scripts/bench --cluster. Not run
// otherwise.

#include "cluster/cluster_fixture.hpp"
#include "support/catch.hpp"

#include <spritefarm/cluster.hpp>
#include <spritefarm/futures.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <optional>
#include <sstream>
#include <vector>

using namespace spritefarm;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int calls = 10'000, items = 300'000;

struct Figures {
  double calls = 0, items = 0;  // a second
  double trip = 0;              // median, in ms
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Figures measure(ClusterExecutor& cluster) {
  Figures measured;
  const auto increment = [](int x) { return x + 1; };
  for (int i = 0; i < 100; ++i) cluster.submit(increment, i).result();

  auto begin = Clock::now();
  std::vector<Future<int>> futures;
  for (int i = 0; i < calls; ++i) futures.push_back(cluster.submit(increment, i));
  for (int i = 0; i < calls; ++i) REQUIRE(futures[static_cast<std::size_t>(i)].result() == i + 1);
  measured.calls = calls / seconds_since(begin);

  std::vector<int> numbers(items);
  std::iota(numbers.begin(), numbers.end(), 0);
  begin = Clock::now();
  long sum = 0;
  for (const int item : cluster.map(increment, numbers, {.chunksize = 100})) sum += item;
  REQUIRE(sum == static_cast<long>(items) * (items + 1) / 2);
  measured.items = items / seconds_since(begin);

  std::vector<double> trips;
  for (int i = 0; i < 300; ++i) {
    begin = Clock::now();
    cluster.submit(increment, i).result();
    trips.push_back(seconds_since(begin) * 1000);
  }
  std::sort(trips.begin(), trips.end());
  measured.trip = trips[trips.size() / 2];
  return measured;
}

/// The same calls in Celery. None if it is not installed.
std::optional<Figures> measure_celery() {
  // Debian's Python, which finds the modules of Debian's packages.
  if (test::run({.arguments = {"/usr/bin/python3", "-c", "import celery"}}).exit_status != 0)
    return std::nullopt;
  std::string url = test::RabbitBroker::shared().as("guest").url;
  url.insert(url.find('@'), ":guest");
  const test::Outcome outcome =
      test::run({.arguments = {"/usr/bin/python3", "test/bench/peers/celery_calls.py",
                               std::to_string(calls / 4), std::to_string(items / 10)},
                 .environment = {{"CELERY_BROKER", url}}},
                std::chrono::minutes(5));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  Figures measured;
  std::istringstream(outcome.out) >> measured.calls >> measured.items >> measured.trip;
  return measured;
}

void print(const char* what, double ours, const std::optional<double>& theirs, double times,
           const char* goal) {
  std::printf("%-40s | %10.1f | ", what, ours);
  if (theirs)
    std::printf("%10.1f | %7.1f | %s\n", *theirs, times, goal);
  else
    std::printf("%10s | %7s | %s\n", "-", "-", goal);
}

}  // namespace

TEST_CASE("calls, items and round trips of a cluster", "[.][measurement]") {
  Figures ours;
  {
    test::Cluster group;
    for (int i = 0; i < 2; ++i) group.start_node(2, {"--ahead", "14"});
    ClusterExecutor cluster(group.options());
    cluster.wait_for_nodes(2, std::chrono::minutes(1));
    ours = measure(cluster);
  }
  const auto celery = measure_celery();
  const auto their = [&celery](double Figures::*figure) {
    return celery ? std::optional(*celery.*figure) : std::nullopt;
  };
  const Figures theirs = celery.value_or(Figures());
  std::printf("%-40s | %10s | %10s | %7s | %s\n", "RabbitMQ, 2 nodes of 2 workers", "spritefarm", "Celery",
              "times", "to reach");
  print("empty calls a second", ours.calls, their(&Figures::calls), ours.calls / theirs.calls,
        "2500, 5 times Celery's");
  print("items of map() a second, chunks of 100", ours.items, their(&Figures::items),
        ours.items / theirs.items, "250000");
  print("round trip of a call, median, ms", ours.trip, their(&Figures::trip), theirs.trip / ours.trip, "5");
}
