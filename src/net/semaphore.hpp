#pragma once

#include <spritefarm/event_loop.hpp>

#include <coroutine>
#include <list>

namespace spritefarm::net {

/// Lets a bounded number of coroutines through at a time, in the order of their arrival. Used on one
/// EventLoop's thread, outlives its Permits. Never fails.
class Semaphore {
 public:
  class Permit;

  Semaphore(EventLoop& loop, int limit) : m_loop(loop), m_free(limit), m_limit(limit) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Lets more through from now on; a smaller limit changes nothing.
  void raise_limit(int limit);

 private:
  void admit();

  EventLoop& m_loop;
  int m_free;
  int m_limit;
  std::list<Permit*> m_queue;
};

/// A place in the semaphore: `co_await permit` waits for it, and it is held until the Permit is destroyed.
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
