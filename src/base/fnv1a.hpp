#pragma once

#include <cstdint>
#include <string_view>

namespace spritefarm {

/// The 64-bit FNV-1a hash, the same in every process. `sum` is the hash of the preceding text.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t sum = 14695981039346656037u) noexcept {
  for (const char character : text) sum = (sum ^ static_cast<unsigned char>(character)) * 1099511628211u;
  return sum;
}

}  // namespace spritefarm
