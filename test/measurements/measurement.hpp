#pragma once

#include "support/sanitizers.hpp"

#include <chrono>
#include <string>

/// The measurements of isolation-measurements. Each is a sub-command, which runs in its own process, compares
/// a property of the library with a limit and prints one line.
namespace measurements {

/// The form of a measurement: full, or short, as a test that also passes on a slow machine.
struct Form {
  bool full = true;

  /// The number of repetitions.
  [[nodiscard]] int times(int in_full, int in_short) const { return full ? in_full : in_short; }
  /// Whether a measured time is within its limit. The short form accepts every time.
  [[nodiscard]] bool in_time(std::chrono::nanoseconds took, std::chrono::nanoseconds limit) const {
    return !full || took <= limit;
  }
};

/// The result of a measurement.
struct Measured {
  bool reached = false;
  std::string what;
};

struct Measurement {
  const char* name;
  const char* to_reach;
  Measured (*measure)(const Form&);
};

// Calls when workers are killed (killed_workers.cpp).
Measured kills_without_retries(const Form& form);
Measured kills_with_retries(const Form& form);
Measured recall(const Form& form);
// Deadlines (deadline_measurement.cpp).
Measured deadline(const Form& form);
// The death of the coordinator (killed_parent.cpp).
Measured killed_parent(const Form& form);
// Forking beside threads (forks_beside_threads.cpp).
Measured forks_beside_threads(const Form& form);
// Replaced workers (recycled_workers.cpp).
Measured max_tasks_per_child(const Form& form);
Measured max_rss(const Form& form);
// Leaks of pools (pool_cycles.cpp).
Measured pool_cycles(const Form& form);
// Memory and data (lazy_map.cpp, payload_sizes.cpp).
Measured lazy_map(const Form& form);
Measured payload_sizes(const Form& form);
Measured death_in_a_payload(const Form& form);

/// Sanitizers have their own memory and mappings, so a sanitized build has no limits on either.
inline constexpr bool sanitized = UNDER_ADDRESS_SANITIZER || UNDER_THREAD_SANITIZER;
/// The number of additional tasks in a forked process: ThreadSanitizer starts a thread.
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
