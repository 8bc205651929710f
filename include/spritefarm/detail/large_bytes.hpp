#pragma once

#include <spritefarm/detail/visibility.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace SPRITEFARM_API spritefarm {
namespace detail {

/// The bytes of a request that a pool keeps where its workers can map them. Owned by the Encoder, then by the
/// call. One thread at a time; the destructor frees them.
class LargeBytes {
 public:
  virtual ~LargeBytes() = default;
  /// Throws std::system_error if there is no memory, and std::length_error.
  virtual void append(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
  /// By what a worker finds them.
  [[nodiscard]] virtual std::string place() const = 0;
};

/// Where a pool keeps them. Any thread.
class LargeMemory {
 public:
  virtual ~LargeMemory() = default;
  /// New, empty bytes. Null: these must be sent by the channel.
  virtual std::shared_ptr<LargeBytes> make() = 0;
};

/// Requests of more bytes go to the LargeMemory of a pool if it has one. Smaller ones are faster if they are
/// sent, because both processes use the same pages again and again.
inline constexpr std::size_t max_sent_bytes = 16 << 20;

/// The encoded call, as it is sent to another process: one of the two.
struct Request {
  Request(std::string sent) : bytes(std::move(sent)) {}
  Request(std::shared_ptr<LargeBytes> mapped) : large(std::move(mapped)) {}

  [[nodiscard]] std::size_t size() const noexcept { return large ? large->size() : bytes.size(); }

  std::string bytes{};
  std::shared_ptr<LargeBytes> large{};
};

}  // namespace detail
}  // namespace spritefarm
