#include "net/window.hpp"

namespace spritefarm::net {

void Window::widen(int width) {
  if (width <= m_width) return;
  m_free += width - m_width;
  m_width = width;
  admit();
}

void Window::admit() {
  while (m_free > 0 && !m_queue.empty()) {
    Slot& first = *m_queue.front();
    // By the loop, as the one who makes room is in the middle of something else, perhaps of ending.
    first.m_wake_up = m_loop.call_after({}, [waiting = first.m_waiting] { waiting.resume(); });
    first.m_held = true;
    m_queue.pop_front();
    --m_free;
  }
}

Window::Slot::~Slot() {
  if (m_held) {
    ++m_window.m_free;
    m_window.admit();
  } else {
    m_window.m_queue.remove(this);
  }
}

bool Window::Slot::await_ready() noexcept {
  m_held = m_window.m_free > 0 && m_window.m_queue.empty();
  if (m_held) --m_window.m_free;
  return m_held;
}

void Window::Slot::await_suspend(std::coroutine_handle<> waiting) {
  m_waiting = waiting;
  m_window.m_queue.push_back(this);
}

}  // namespace spritefarm::net
