#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

/// What libFuzzer calls, many thousand times a second, with bytes that reach code that earlier ones did not. Whatever they
/// are, nothing may crash, hang, break a sanitizer's rule or fail a must().
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace spritefarm::fuzz {

/// Ends the fuzzer where a property does not hold: libFuzzer keeps the input and shows the stack.
inline void must(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

/// The fuzzer's bytes, taken from the front; where none are left, nothing and zeros. A value, valid as long as they.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : m_left(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const noexcept { return m_left.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return m_left; }

  std::string_view bytes(std::size_t most) {
    const std::string_view taken = m_left.substr(0, most);
    m_left.remove_prefix(taken.size());
    return taken;
  }
  template <typename T>
  T number() {
    T value{};
    const std::string_view taken = bytes(sizeof value);
    if (!taken.empty()) std::memcpy(&value, taken.data(), taken.size());
    return value;
  }
  /// Up to the next separator, which is passed over.
  std::string_view field(char separator) {
    const std::string_view taken = bytes(m_left.find(separator));
    m_left.remove_prefix(std::min<std::size_t>(1, m_left.size()));
    return taken;
  }

 private:
  std::string_view m_left;
};

}  // namespace spritefarm::fuzz
