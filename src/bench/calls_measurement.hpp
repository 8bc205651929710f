#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace spritefarm::bench {

/// The compared executors.
enum class ExecutorKind : std::uint8_t { serial, threads, pipe, shm };
/// "serial", "threads", "processes/pipe", "processes/shm"
std::string_view to_string(ExecutorKind kind);

/// What is measured of each executor.
struct CallPlan {
  int workers = 1;
  std::size_t calls = 50'000;
  std::vector<std::size_t> payloads{0, 64, 4096, 1 << 20};
  std::vector<int> chunks{1, 16, 500};

  /// `calls`, or fewer if the payload is large: at most 512 MiB in each direction, but at least 16 calls.
  [[nodiscard]] std::size_t calls_with(std::size_t payload) const;
  /// The limit of unfinished calls: 10,000 and 16 MiB, but at least two for each worker.
  [[nodiscard]] std::size_t outstanding_with(std::size_t payload) const;
  /// The number of calls made one at a time, to measure the round trip.
  [[nodiscard]] std::size_t round_trips_with(std::size_t payload) const;
};

/// Quantiles of a call's time, in microseconds.
struct RoundTrip {
  double p50 = 0;
  double p99 = 0;
};

/// The metrics of one executor in one round. The vectors correspond to the payloads and chunks of the plan.
struct CallMetrics {
  double ready_ms = 0;  ///< from before the executor is made until all its workers run a call
  std::vector<double> calls_per_second;
  std::vector<RoundTrip> round_trips;
  std::vector<double> items_per_second;
};

/// Makes an executor, measures it and shuts it down. The calling process has one thread. Throws
/// std::runtime_error if a call has a wrong result or if not all workers start within 10 seconds.
CallMetrics measure_calls(ExecutorKind kind, const CallPlan& plan);

}  // namespace spritefarm::bench
