#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spritefarm::image {

/// Reads bytes from start to end, never beyond: a read past the end returns none. A value; valid as long as
/// the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : m_left(bytes) {}

  [[nodiscard]] std::string_view left() const noexcept { return m_left; }

  std::optional<std::string_view> take(std::size_t count) noexcept {
    if (count > m_left.size()) return std::nullopt;
    const std::string_view taken = m_left.substr(0, count);
    m_left.remove_prefix(count);
    return taken;
  }
  std::optional<std::uint8_t> byte() noexcept {
    const auto taken = take(1);
    if (!taken) return std::nullopt;
    return static_cast<std::uint8_t>((*taken)[0]);
  }

 private:
  std::string_view m_left;
};

/// The integer in the first four (or two) bytes of `bytes`, which must exist.
inline std::uint32_t big_endian_32(std::string_view bytes) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}
inline std::uint32_t little_endian_16(std::string_view bytes) noexcept {
  return static_cast<std::uint8_t>(bytes[0]) | static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[1]))
                                                   << 8;
}

}  // namespace spritefarm::image
