#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace spritefarm::futures {

/// Deadlines by small keys, at most one for a key. A binary heap that stores the position of each key, so
/// that the deadline of a call is removed when the call ends instead of being kept until it is due. Owned by
/// the Scheduler.
class DeadlineHeap {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Key = std::uint32_t;

  /// Replaces an earlier deadline of the key.
  void set(Key key, Time due);
  void remove(Key key) noexcept;
  /// Postpones all.
  void postpone(Time::duration by) noexcept;
  /// The earliest of all.
  [[nodiscard]] std::optional<Time> next() const noexcept;
  /// Removes the earliest, if it is due.
  std::optional<Key> pop_due(Time now) noexcept;

 private:
  struct Entry {
    Time due;
    Key key;
  };
  void place(std::size_t position, Entry entry) noexcept;
  void sift_up(std::size_t position, Entry entry) noexcept;
  void sift_down(std::size_t position, Entry entry) noexcept;

  std::vector<Entry> m_entries;
  std::vector<std::size_t> m_positions;  // by key: 1 + the position in m_entries; 0: none
};

}  // namespace spritefarm::futures
