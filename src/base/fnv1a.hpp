#pragma once

#include <cstdint>
#include <string_view>

namespace spritefarm {

/// FNV-1a, 64 bits: the same in every process. `sum` is that of what came before.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t sum = 14695981039346656037u) noexcept {
  for (const char character : text) sum = (sum ^ static_cast<unsigned char>(character)) * 1099511628211u;
  return sum;
}

}  // namespace spritefarm
