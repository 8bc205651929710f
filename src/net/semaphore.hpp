#pragma once

#include <spritefarm/event_loop.hpp>

#include <coroutine>
#include <list>

namespace spritefarm::net {

/// A counting semaphore for coroutines, first in, first out. Used on the thread of one EventLoop. It must
/// outlive its Permits. Never fails.
class Semaphore {
 public:
  class Permit;

  Semaphore(EventLoop& loop, int limit) : m_loop(loop), m_available(limit), m_limit(limit) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// A smaller limit takes no permit away: it delays the next ones.
  void set_limit(int limit);
  /// Whether the whole limit is in use.
  [[nodiscard]] bool is_exhausted() const noexcept { return m_available <= 0; }

 private:
  void grant();

  EventLoop& m_loop;
  int m_available;
  int m_limit;
  std::list<Permit*> m_queue;
};

/// A permit of a semaphore. `co_await permit` acquires it; the destructor releases it, or leaves the queue.
class Semaphore::Permit {
 public:
  explicit Permit(Semaphore& semaphore) : m_semaphore(semaphore) {}
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit();

  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() const noexcept {}

 private:
  friend class Semaphore;
  Semaphore& m_semaphore;
  bool m_held = false;
  std::coroutine_handle<> m_waiting;
  EventLoop::Timer m_wake_up;
};

}  // namespace spritefarm::net
