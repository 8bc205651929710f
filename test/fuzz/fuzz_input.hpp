#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

/// The entry point that libFuzzer calls with generated inputs, chosen to reach new code. No input may crash,
/// hang, trip a sanitizer or fail a must().
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace spritefarm::fuzz {

/// Aborts the fuzzer if a property does not hold. libFuzzer then saves the input and prints the stack.
inline void must(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

/// Reads the fuzzer's bytes from the front. At the end, it returns empty texts and zeros. A value; valid as
/// long as the bytes.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : m_left(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const noexcept { return m_left.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return m_left; }

  std::string_view bytes(std::size_t max) {
    const std::string_view taken = m_left.substr(0, max);
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
  /// The bytes up to the next separator, which is skipped.
  std::string_view field(char separator) {
    const std::string_view taken = bytes(m_left.find(separator));
    m_left.remove_prefix(std::min<std::size_t>(1, m_left.size()));
    return taken;
  }

 private:
  std::string_view m_left;
};

}  // namespace spritefarm::fuzz
