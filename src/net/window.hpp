#pragma once

#include <spritefarm/event_loop.hpp>

#include <coroutine>
#include <list>

namespace spritefarm::net {

/// Lets a bounded number of coroutines through at a time, in the order of their arrival. Used on one
/// EventLoop's thread, outlives its Slots. Never fails.
class Window {
 public:
  class Slot;

  Window(EventLoop& loop, int width) : m_loop(loop), m_free(width), m_width(width) {}
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Lets more through from now on; a smaller width changes nothing.
  void widen(int width);

 private:
  void admit();

  EventLoop& m_loop;
  int m_free;
  int m_width;
  std::list<Slot*> m_queue;
};

/// A place in the window: `co_await slot` waits for it, and it is held until the Slot is destroyed.
class Window::Slot {
 public:
  explicit Slot(Window& window) : m_window(window) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();

  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() const noexcept {}

 private:
  friend class Window;
  Window& m_window;
  bool m_held = false;
  std::coroutine_handle<> m_waiting;
  EventLoop::Timer m_wake_up;
};

}  // namespace spritefarm::net
