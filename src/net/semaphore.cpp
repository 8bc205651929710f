#include "net/semaphore.hpp"

namespace spritefarm::net {

void Semaphore::raise_limit(int limit) {
  if (limit <= m_limit) return;
  m_free += limit - m_limit;
  m_limit = limit;
  admit();
}

void Semaphore::admit() {
  while (m_free > 0 && !m_queue.empty()) {
    Permit& first = *m_queue.front();
    // By the loop, as the one who makes room is in the middle of something else, perhaps of ending.
    first.m_wake_up = m_loop.call_after({}, [waiting = first.m_waiting] { waiting.resume(); });
    first.m_held = true;
    m_queue.pop_front();
    --m_free;
  }
}

Semaphore::Permit::~Permit() {
  if (m_held) {
    ++m_semaphore.m_free;
    m_semaphore.admit();
  } else {
    m_semaphore.m_queue.remove(this);
  }
}

bool Semaphore::Permit::await_ready() noexcept {
  m_held = m_semaphore.m_free > 0 && m_semaphore.m_queue.empty();
  if (m_held) --m_semaphore.m_free;
  return m_held;
}

void Semaphore::Permit::await_suspend(std::coroutine_handle<> waiting) {
  m_waiting = waiting;
  m_semaphore.m_queue.push_back(this);
}

}  // namespace spritefarm::net
