#include "net/semaphore.hpp"

namespace spritefarm::net {

void Semaphore::set_limit(int limit) {
  m_available += limit - m_limit;
  m_limit = limit;
  grant();
}

void Semaphore::grant() {
  while (m_available > 0 && !m_queue.empty()) {
    Permit& first = *m_queue.front();
    // Resumed by the loop, not here: the caller may be a coroutine that is being destroyed.
    first.m_wake_up = m_loop.call_after({}, [waiting = first.m_waiting] { waiting.resume(); });
    first.m_held = true;
    m_queue.pop_front();
    --m_available;
  }
}

Semaphore::Permit::~Permit() {
  if (m_held) {
    ++m_semaphore.m_available;
    m_semaphore.grant();
  } else {
    m_semaphore.m_queue.remove(this);
  }
}

bool Semaphore::Permit::await_ready() noexcept {
  m_held = m_semaphore.m_available > 0 && m_semaphore.m_queue.empty();
  if (m_held) --m_semaphore.m_available;
  return m_held;
}

void Semaphore::Permit::await_suspend(std::coroutine_handle<> waiting) {
  m_waiting = waiting;
  m_semaphore.m_queue.push_back(this);
}

}  // namespace spritefarm::net
