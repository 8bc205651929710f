#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace spritefarm {

/// A short text in memory that processes share. One process writes, any process reads, and none waits. The
/// text reads as empty during a write, and for ever if the writer dies during a write. Zeroed memory is an
/// empty text.
template <std::size_t Size>
class SharedText {
 public:
  /// Stores the first Size bytes of `text`.
  void write(std::string_view text) noexcept {
    const std::uint32_t version = m_version.load(std::memory_order_relaxed) | 1;
    m_version.store(version);
    for (std::size_t i = 0; i < m_words.size(); ++i) {
      std::uint64_t word = 0;
      const std::string_view part = text.substr(std::min(text.size(), i * sizeof word), sizeof word);
      std::memcpy(&word, part.data(), part.size());
      m_words[i].store(word);
    }
    m_version.store(version + 1);
  }

  [[nodiscard]] std::string read() const {
    const std::uint32_t version = m_version.load();
    std::array<std::uint64_t, Size / sizeof(std::uint64_t)> words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = m_words[i].load();
    if (version % 2 == 1 || m_version.load() != version) return {};
    const std::string text(reinterpret_cast<const char*>(words.data()), Size);
    return text.substr(0, text.find('\0'));
  }

 private:
  static_assert(Size % sizeof(std::uint64_t) == 0);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  std::atomic<std::uint32_t> m_version;  // odd during a write
  std::array<std::atomic<std::uint64_t>, Size / sizeof(std::uint64_t)> m_words;
};

}  // namespace spritefarm
