#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace spritefarm {

/// Deadlines by small keys, at most one for a key: a binary heap that knows where each key stands, so that the
/// deadline of a call that has ended is taken out instead of being kept until it is due. Owned by the Scheduler.
class DeadlineHeap {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Key = std::uint32_t;

  /// In place of the key's earlier deadline, if there is one.
  void set(Key key, Time due);
  void remove(Key key) noexcept;
  /// The earliest of all.
  [[nodiscard]] std::optional<Time> next() const noexcept;
  /// Takes out the earliest, if it is due.
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
  std::vector<std::size_t> m_positions;  // by key: in m_entries, counted from 1; 0: not there
};

}  // namespace spritefarm
