#pragma once

#include "mirror/site.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace spritefarm::mirror {

/// An LRU cache of answers, limited in bytes. Owned by a Site, used by all threads of its mirror. If two
/// threads miss the same key at once, both make the answer and one of the two is kept.
class AnswerCache {
 public:
  explicit AnswerCache(std::size_t capacity = 64 << 20) : m_capacity(capacity) {}

  /// Returns the cached answer for `key`. On a miss, calls `make` without a lock and caches its result.
  /// Throws what `make` throws.
  SharedAnswer get(const std::string& key, const std::function<SharedAnswer()>& make);

  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    SharedAnswer answer;
  };
  [[nodiscard]] static std::size_t size(const Entry& entry) noexcept;

  const std::size_t m_capacity;
  mutable std::mutex m_mutex;
  std::size_t m_bytes = 0;
  std::list<Entry> m_entries;  ///< most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> m_positions;
};

}  // namespace spritefarm::mirror
