#pragma once

#include "posix/shared_file.hpp"

#include <spritefarm/detail/large_bytes.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::futures {

/// Where a large request lies in the memory of its pool. The payload of a frame.
struct RequestPlace {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  [[nodiscard]] std::string encoded() const;
  /// Throws CorruptFrame.
  static RequestPlace decode(std::string_view payload);
};

/// The memory in which a pool keeps the requests that are too large to be sent: a sparse file, in which each
/// has a terabyte of addresses for itself. The workers map it, and can only read. Shared by the pool and its
/// calls. Any thread. In a forked child of the program it makes and frees nothing.
class RequestMemory final : public detail::LargeMemory, public std::enable_shared_from_this<RequestMemory> {
 public:
  /// Throws std::system_error.
  RequestMemory();

  /// None also while the program has a limit for the size of its files.
  std::shared_ptr<detail::LargeBytes> make() override;
  /// For a new worker. Throws std::system_error.
  [[nodiscard]] posix::Fd reader() const { return m_file.reader(); }

 private:
  class Bytes;

  std::uint32_t take_part();
  void give_back(std::uint32_t part) noexcept;

  const unsigned m_generation;  // posix::fork_generation() of the process that owns it
  posix::SharedFile m_file;
  std::mutex m_mutex;
  std::vector<std::uint32_t> m_free;  // parts of the file that were used before
  std::uint32_t m_parts = 0;
};

}  // namespace spritefarm::futures
