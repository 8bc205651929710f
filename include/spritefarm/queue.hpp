#pragma once

#include <spritefarm/detail/deadline.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace spritefarm {

/// A first-in, first-out queue between the threads of one process. put() waits while the queue is full, get()
/// while it is empty. After close(), get() returns the remaining items, then none. Any thread.
/// Source: queue.Queue; close() is queue.Queue.shutdown, without the exception in get().
template <typename Type>
class Queue {
 public:
  /// Holds at most `max_size` items. 0: no bound.
  explicit Queue(std::size_t max_size = 0) : m_max_size(max_size) {}

  /// Waits for room and appends an item. Throws std::logic_error if the queue is closed.
  void put(Type item) {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_closed || m_max_size == 0 || m_items.size() < m_max_size; });
    if (m_closed) throw std::logic_error("Queue::put(): the queue is closed");
    m_items.push_back(std::move(item));
    m_changed.notify_all();
  }
  /// Waits for the oldest item and removes it. None if the queue is closed and empty.
  std::optional<Type> get() { return get_by(std::nullopt); }
  /// The same, for at most `timeout`. None also if the timeout has passed.
  template <typename Rep, typename Period>
  std::optional<Type> get(std::chrono::duration<Rep, Period> timeout) {
    return get_by(detail::deadline_after(timeout));
  }
  /// Refuses new items. Consumers get those that are left.
  void close() {
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_changed.notify_all();
  }
  /// The number of items now. Source: qsize().
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(m_mutex);
    return m_items.size();
  }

 private:
  std::optional<Type> get_by(detail::Deadline deadline) {
    std::unique_lock lock(m_mutex);
    const auto ready = [this] { return m_closed || !m_items.empty(); };
    if (!deadline)
      m_changed.wait(lock, ready);
    else
      m_changed.wait_until(lock, *deadline, ready);
    if (m_items.empty()) return std::nullopt;
    std::optional<Type> item(std::move(m_items.front()));
    m_items.pop_front();
    m_changed.notify_all();
    return item;
  }

  const std::size_t m_max_size;
  mutable std::mutex m_mutex{};
  std::condition_variable m_changed{};
  std::deque<Type> m_items{};
  bool m_closed = false;
};

}  // namespace spritefarm
