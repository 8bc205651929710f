#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace spritefarm::bench {

/// The ways to run a call that are compared.
enum class ExecutorKind : std::uint8_t { serial, threads, pipe, shm };
/// "serial", "threads", "processes/pipe", "processes/shm"
std::string_view to_string(ExecutorKind kind);

/// What is measured of each.
struct CallPlan {
  int workers = 1;
  std::size_t calls = 50'000;
  std::vector<std::size_t> payloads{0, 64, 4096, 1 << 20};
  std::vector<int> chunks{1, 16, 500};

  /// How many calls with so large a payload: fewer of the large ones, so that no more than 512 MiB go each way.
  [[nodiscard]] std::size_t calls_with(std::size_t payload) const;
  /// How many of them are outstanding at once: 10,000, and no more than 16 MiB, but two for each worker.
  [[nodiscard]] std::size_t outstanding_with(std::size_t payload) const;
  /// How many calls are made one after the other, each once the last one's result is there.
  [[nodiscard]] std::size_t round_trips_with(std::size_t payload) const;
};

/// In microseconds.
struct RoundTrip {
  double p50 = 0;
  double p99 = 0;
};

/// What one executor did, once. The vectors go with the plan's payloads and chunks.
struct CallMetrics {
  double ready_ms = 0;  ///< from before the executor was made until all its workers were in a call
  std::vector<double> calls_per_second;
  std::vector<RoundTrip> round_trips;
  std::vector<double> items_per_second;
};

/// Makes the executor, measures it, ends it. The caller has one thread. Throws
/// std::runtime_error for a result that is not what it should be.
CallMetrics measure_calls(ExecutorKind kind, const CallPlan& plan);

}  // namespace spritefarm::bench
