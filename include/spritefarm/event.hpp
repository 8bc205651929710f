#pragma once

#include <spritefarm/detail/deadline.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace spritefarm {

/// A flag for which the threads of one process wait until another sets it. It is clear at first. Any thread.
/// Source: threading.Event.
class Event {
 public:
  /// Sets the flag and wakes all waiting threads.
  void set() {
    const std::lock_guard lock(m_mutex);
    m_set = true;
    m_changed.notify_all();
  }
  /// Clears the flag: later waits wait again.
  void clear() {
    const std::lock_guard lock(m_mutex);
    m_set = false;
  }
  /// True if the flag is set now.
  [[nodiscard]] bool is_set() const {
    const std::lock_guard lock(m_mutex);
    return m_set;
  }
  /// Waits until the flag is set.
  void wait() const {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_set; });
  }
  /// The same, for at most `timeout`. False if it passed before the flag was set.
  template <typename Rep, typename Period>
  bool wait(std::chrono::duration<Rep, Period> timeout) const {
    const detail::Deadline deadline = detail::deadline_after(timeout);
    std::unique_lock lock(m_mutex);
    const auto set = [this] { return m_set; };
    if (deadline) return m_changed.wait_until(lock, *deadline, set);
    m_changed.wait(lock, set);
    return true;
  }

 private:
  mutable std::mutex m_mutex{};
  mutable std::condition_variable m_changed{};
  bool m_set = false;
};

}  // namespace spritefarm
