#pragma once

#include <cstddef>

namespace spritefarm {

/// Tells when a process has grown so large that what it does next might take it over a limit. A call is expected to add
/// as much as two before it have added: what only one has added may be kept and used again. One in each worker process.
class MemoryLimit {
 public:
  /// `most` and all that follows: bytes of resident memory.
  explicit MemoryLimit(std::size_t most) : m_most(most) {}

  /// Before the first call.
  void begin(std::size_t resident) { m_resident = resident; }
  /// After each call. Whether `coming` more, those that run now among them, might take the process over the limit.
  bool near(std::size_t resident, std::size_t coming);

 private:
  const std::size_t m_most;
  std::size_t m_resident = 0;
  std::size_t m_max_growth = 0;
  std::size_t m_second_growth = 0;
};

}  // namespace spritefarm
