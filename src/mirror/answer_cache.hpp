#pragma once

#include "mirror/site.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace spritefarm::mirror {

/// The answers that were made most recently, up to a number of bytes. Used by all threads of a mirror. Two
/// threads that miss the same key at once both make its answer; one of the two is kept.
class AnswerCache {
 public:
  explicit AnswerCache(std::size_t capacity = 64 << 20) : m_capacity(capacity) {}

  /// The answer kept under `key`, else what `make` makes, kept from now on.
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
  std::list<Entry> m_entries;  ///< the most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> m_places;
};

}  // namespace spritefarm::mirror
