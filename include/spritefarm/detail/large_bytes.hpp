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

/// The bytes of a request or a result that do not cross by a channel: the other process maps them. Owned by
/// the Encoder, then by the call. One thread at a time. The destructor frees a request, and a result unless
/// place() was called.
class LargeBytes {
 public:
  virtual ~LargeBytes() = default;
  /// Throws std::system_error if there is no memory, and std::length_error.
  virtual void append(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
  /// Tells the other process where they are.
  [[nodiscard]] virtual std::string place() = 0;
};

/// Where they are kept.
class LargeMemory {
 public:
  virtual ~LargeMemory() = default;
  /// New, empty bytes. Null: these must be sent by the channel.
  virtual std::shared_ptr<LargeBytes> make() = 0;
};

/// Requests and results of more bytes go there. Smaller ones are faster if they are sent, because both
/// processes use the same pages again and again.
inline constexpr std::size_t max_sent_bytes = 16 << 20;

/// An encoded call or result, as it crosses to another process: one of the two.
struct Encoded {
  Encoded(std::string sent) : bytes(std::move(sent)) {}
  Encoded(std::shared_ptr<LargeBytes> mapped) : large(std::move(mapped)) {}

  [[nodiscard]] std::size_t size() const noexcept { return large ? large->size() : bytes.size(); }

  std::string bytes{};
  std::shared_ptr<LargeBytes> large{};
};

/// Where a Decoder finds its bytes.
enum class BytesIn : unsigned char {
  buffer,   ///< of this process, for as long as the Decoder
  request,  ///< memory of a large request, which outlives its call, and is aligned as a page is
  result    ///< memory of a large result, which a hostile worker may change meanwhile
};

}  // namespace detail
}  // namespace spritefarm
