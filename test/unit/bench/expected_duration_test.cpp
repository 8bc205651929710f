#include "bench/expected_duration.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::bench;
using namespace std::chrono_literals;

namespace {

/// 64 sprites in 129 requests, serial: so many seconds, of which the processors compute `cpu`.
Measured<RunMetrics> serial_run(double seconds, std::chrono::microseconds cpu) {
  Measured<RunMetrics> run;
  run.metrics.downloaded = 64;
  run.metrics.requests = 129;
  run.metrics.seconds = seconds;
  run.end.cpu = cpu;
  return run;
}

bool is_about(double seconds, double expected) {
  return seconds > 0.85 * expected && seconds < 1.15 * expected;
}

}  // namespace

TEST_CASE("waiting is divided among all sprites in flight, computing among the processors", "[bench]") {
  const Act waiting{0ms, 30ms}, computing{10ms, 0ms};
  const ExpectedDuration expected(serial_run(0.2, 100ms), 2);
  CHECK(is_about(expected.of_run(waiting, {}), 4.1));
  CHECK(is_about(expected.of_run(waiting, {cli::Mode::threads, 4}), 1.1));
  CHECK(is_about(expected.of_run(waiting, {cli::Mode::processes, 2, 2}), 1.1));
  CHECK(expected.of_run({}, {}) < 0.3);
  CHECK(is_about(expected.of_run(computing, {}), 0.84));
  CHECK(is_about(expected.of_run(computing, {cli::Mode::processes, 16}), 0.42));
  CHECK(is_about(expected.of_run(computing, {cli::Mode::threads, 16, 1, true}), 1.1));  // the GIL
  CHECK(is_about(expected.of_run(computing, {cli::Mode::processes, 16, 1, true}), 0.65));
}

TEST_CASE("the default benchmark is expected to take three minutes at most", "[bench]") {
  BenchOptions options;
  options.acts = {{0ms, 30ms}, {10ms, 0ms}};
  options.configurations = {{}};
  for (const bool is_cpython : {false, true})
    for (const cli::Mode mode : {cli::Mode::threads, cli::Mode::processes})
      for (const int workers : {1, 2, 4, 8, 16})
        options.configurations.push_back({mode, workers, 1, is_cpython});
  const ExpectedDuration expected(serial_run(0.2, 100ms), 2);
  CHECK(expected.of_all(options) > 120);
  CHECK(expected.of_all(options) < 180);
}

TEST_CASE("an approximate duration has one number", "[bench]") {
  CHECK(approximate_duration(0.2) == "about 10 seconds");
  CHECK(approximate_duration(47) == "about 50 seconds");
  CHECK(approximate_duration(100) == "about 2 minutes");
  CHECK(approximate_duration(170) == "about 3 minutes");
}
