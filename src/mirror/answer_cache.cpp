#include "mirror/answer_cache.hpp"

namespace spritefarm::mirror {

std::size_t AnswerCache::size(const Entry& entry) noexcept {
  constexpr std::size_t overhead = 1024;  // estimate: headers, list and map nodes
  return entry.key.size() + entry.answer->body.size() + overhead;
}

SharedAnswer AnswerCache::get(const std::string& key, const std::function<SharedAnswer()>& make) {
  {
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_positions.find(key); found != m_positions.end()) {
      m_entries.splice(m_entries.begin(), m_entries, found->second);
      return found->second->answer;
    }
  }
  SharedAnswer answer = make();
  const std::lock_guard lock(m_mutex);
  if (m_positions.count(key) != 0) return answer;
  m_entries.push_front({key, answer});
  m_positions.emplace(m_entries.front().key, m_entries.begin());
  m_bytes += size(m_entries.front());
  while (m_bytes > m_capacity) {
    m_bytes -= size(m_entries.back());
    m_positions.erase(m_entries.back().key);
    m_entries.pop_back();
  }
  return answer;
}

std::size_t AnswerCache::bytes() const {
  const std::lock_guard lock(m_mutex);
  return m_bytes;
}

}  // namespace spritefarm::mirror
