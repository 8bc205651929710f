#pragma once

#include "support/sanitizers.hpp"

#include <chrono>
#include <string>

/// A measurement that the library is to reach: a sub-command of isolation-measurements, which runs in a process of its own, measures
/// it and prints one line.
namespace measurements {

/// How it is measured: in full, or short, as a test that must hold on a machine however slow it is.
struct Form {
  bool full = true;

  /// How often something is done.
  [[nodiscard]] int times(int in_full, int in_short) const { return full ? in_full : in_short; }
  /// Whether a time that was measured is as it should be. A short form judges no times.
  [[nodiscard]] bool in_time(std::chrono::nanoseconds took, std::chrono::nanoseconds limit) const {
    return !full || took <= limit;
  }
};

/// What was measured, and whether that is what is to be reached.
struct Measured {
  bool reached = false;
  std::string what;
};

struct Measurement {
  const char* name;
  const char* to_reach;
  Measured (*measure)(const Form&);
};

// What is lost when workers are killed (killed_workers.cpp).
Measured kills_without_retries(const Form& form);
Measured kills_with_retries(const Form& form);
Measured recall(const Form& form);
// Deadlines (deadline_measurement.cpp).
Measured deadline(const Form& form);
// The end of the coordinator (killed_parent.cpp).
Measured killed_parent(const Form& form);
// Forking beside threads (forks_beside_threads.cpp).
Measured forks_beside_threads(const Form& form);
// Workers that are replaced (recycled_workers.cpp).
Measured max_tasks_per_child(const Form& form);
Measured max_rss(const Form& form);
// What is left behind (pool_cycles.cpp).
Measured pool_cycles(const Form& form);
// Memory and data (lazy_map.cpp, payload_sizes.cpp).
Measured lazy_map(const Form& form);
Measured payload_sizes(const Form& form);
Measured death_in_a_payload(const Form& form);

/// Sanitisers keep memory and mappings of their own, which no measurement can judge.
inline constexpr bool sanitized = UNDER_ADDRESS_SANITIZER || UNDER_THREAD_SANITIZER;
/// A process that was forked has a thread of ThreadSanitizer's.
inline constexpr int sanitizer_tasks = UNDER_THREAD_SANITIZER;

inline std::string milliseconds(std::chrono::nanoseconds time) {
  const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(time).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}
inline std::string mebibytes(long kibibytes) {
  const long tenths = kibibytes * 10 / 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

}  // namespace measurements
