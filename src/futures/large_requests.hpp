#pragma once

#include "posix/shared_file.hpp"

#include <spritefarm/detail/large_bytes.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace spritefarm::futures {

/// The requests of a pool that are too large to be sent. They lie in a sparse file, which the workers map and
/// can only read. Shared by the pool and its calls. Any thread. In a forked child of the program it makes and
/// frees nothing.
class LargeRequests final : public detail::LargeMemory, public std::enable_shared_from_this<LargeRequests> {
 public:
  /// Throws std::system_error.
  LargeRequests();

  /// None also while the program has a limit for the size of its files.
  std::shared_ptr<detail::LargeBytes> make() override;
  /// For a new worker. Throws std::system_error.
  [[nodiscard]] posix::Fd reader() const { return m_file.reader(); }

 private:
  class Request;

  std::uint32_t take_part();
  void give_back(std::uint32_t part) noexcept;

  const unsigned m_generation;  // posix::fork_generation() of the process that owns it
  posix::SharedFile m_file;
  std::mutex m_mutex;
  std::vector<std::uint32_t> m_free;  // parts of the file that were used before
  std::uint32_t m_parts = 0;
};

}  // namespace spritefarm::futures
