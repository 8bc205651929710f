#include "futures/deadline_heap.hpp"

#include <utility>

namespace spritefarm::futures {

void DeadlineHeap::set(Key key, Time due) {
  if (key >= m_positions.size()) m_positions.resize(std::size_t{key} + 1);
  remove(key);
  m_entries.push_back({due, key});
  sift_up(m_entries.size() - 1, {due, key});
}

void DeadlineHeap::remove(Key key) noexcept {
  if (key >= m_positions.size() || m_positions[key] == 0) return;
  const std::size_t hole = std::exchange(m_positions[key], 0) - 1;
  const Entry last = m_entries.back();
  m_entries.pop_back();
  if (hole == m_entries.size()) return;
  if (hole > 0 && last.due < m_entries[(hole - 1) / 2].due)
    sift_up(hole, last);
  else
    sift_down(hole, last);
}

void DeadlineHeap::postpone(Time::duration by) noexcept {
  for (Entry& entry : m_entries) entry.due = entry.due > Time::max() - by ? Time::max() : entry.due + by;
}

std::optional<DeadlineHeap::Time> DeadlineHeap::next() const noexcept {
  if (m_entries.empty()) return std::nullopt;
  return m_entries.front().due;
}

std::optional<DeadlineHeap::Key> DeadlineHeap::pop_due(Time now) noexcept {
  if (m_entries.empty() || m_entries.front().due > now) return std::nullopt;
  const Key key = m_entries.front().key;
  remove(key);
  return key;
}

void DeadlineHeap::place(std::size_t position, Entry entry) noexcept {
  m_entries[position] = entry;
  m_positions[entry.key] = position + 1;
}

void DeadlineHeap::sift_up(std::size_t position, Entry entry) noexcept {
  while (position > 0 && entry.due < m_entries[(position - 1) / 2].due) {
    place(position, m_entries[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  place(position, entry);
}

void DeadlineHeap::sift_down(std::size_t position, Entry entry) noexcept {
  while (true) {
    std::size_t child = 2 * position + 1;
    if (child >= m_entries.size()) break;
    if (child + 1 < m_entries.size() && m_entries[child + 1].due < m_entries[child].due) ++child;
    if (m_entries[child].due >= entry.due) break;
    place(position, m_entries[child]);
    position = child;
  }
  place(position, entry);
}

}  // namespace spritefarm::futures
