#pragma once

#include <cstddef>

namespace spritefarm::futures {

/// Predicts when the resident memory of a process will exceed a limit. It expects a call to add an amount
/// that two earlier calls have added: memory that a single call has added may be a cache that later calls
/// reuse. All sizes are bytes. One in each worker process with max_rss; used by one thread.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t limit) : m_limit(limit) {}

  /// Called before the first call, with the resident memory of the process.
  void begin(std::size_t resident) { m_resident = resident; }
  /// Called after each call. True if `calls` more calls, including those that run now, could exceed the
  /// limit.
  bool near(std::size_t resident, std::size_t calls);

 private:
  const std::size_t m_limit;
  std::size_t m_resident = 0;
  std::size_t m_max_growth = 0;
  std::size_t m_second_growth = 0;
};

}  // namespace spritefarm::futures
