#pragma once

#include "futures/large_place.hpp"
#include "posix/mapping.hpp"
#include "posix/shared_file.hpp"

#include <spritefarm/detail/large_bytes.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace spritefarm::futures {

/// In a worker: its results that are too large to be sent. They lie in a sparse file that the program has
/// made for this worker, maps and frees. One thread.
class LargeResults final : public detail::LargeMemory {
 public:
  explicit LargeResults(posix::SharedFile file) : m_file(std::move(file)), m_is_sealed(m_file.is_sealed()) {}

  /// None while this process has a limit for the size of its files, or if the file could shrink while the
  /// program reads it.
  std::shared_ptr<detail::LargeBytes> make() override;

 private:
  class Result;

  posix::SharedFile m_file;
  const bool m_is_sealed;  // asked before the worker may confine itself
  std::uint32_t m_parts = 0;
};

/// In the program: a large result of a worker, which may change while it is read. Frees its memory at last.
/// Move-only. Any thread.
class LargeResult {
 public:
  /// Throws CorruptFrame if the worker has not written so much, and std::system_error.
  LargeResult(std::shared_ptr<posix::SharedFile> file, LargePlace place);
  LargeResult(LargeResult&&) noexcept = default;
  LargeResult& operator=(LargeResult&&) noexcept = default;
  ~LargeResult();

  [[nodiscard]] std::string_view bytes() const noexcept { return m_mapping.bytes(); }

 private:
  std::shared_ptr<posix::SharedFile> m_file;  // null: moved from
  LargePlace m_place;
  posix::Mapping m_mapping;
};

/// The encoded result of a call.
using EncodedResult = std::variant<std::string, LargeResult>;

}  // namespace spritefarm::futures
