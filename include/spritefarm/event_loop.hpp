#pragma once

#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/duration.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <typeindex>
#include <typeinfo>
#include <utility>

namespace SPRITEFARM_API spritefarm {

/// The event loop of one thread. It sleeps until a file descriptor is ready, a timer is due or another thread
/// posts, and runs the callback. Every worker of every executor has a loop, EventLoop::current(), on which
/// its coroutines run. A program can also create a loop and drive it with run() or run_until().
///
/// Only the thread that created a loop may call its members, except post() and wake(), which any thread may
/// call. A callback may do anything, such as destroy its own Watch or Timer. An exception of a callback
/// leaves run_until() or run_once(). A forked child must not use the loop of its parent.
/// Source: the event loop of asyncio (add_reader, call_later, call_soon_threadsafe).
class EventLoop {
 public:
  /// The clock of the timers: it never goes back.
  using Clock = std::chrono::steady_clock;

  /// Events of a file descriptor, as a sum of these. `hangup` (the peer has closed, or an error is pending)
  /// is always reported.
  enum Readiness : unsigned { readable = 1, writable = 2, hangup = 4 };

  /// Watches a file descriptor until it is destroyed. Move-only; an empty Watch watches nothing. It does not
  /// own the descriptor: close the descriptor only after the Watch is destroyed.
  class Watch {
   public:
    Watch() = default;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    /// The other one watches nothing then.
    Watch(Watch&& other) noexcept;
    /// Exchanges what the two watch.
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();
    /// Changes the events to watch for: a sum of Readiness. 0: `hangup` alone.
    void interest(unsigned readiness);

   private:
    friend class EventLoop;
    Watch(EventLoop* loop, unsigned long id) : m_loop(loop), m_id(id) {}
    EventLoop* m_loop = nullptr;
    unsigned long m_id = 0;
  };

  /// A callback that runs once, when it is due, unless the Timer is destroyed before. Move-only.
  class Timer {
   public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    /// The other one is no timer then.
    Timer(Timer&& other) noexcept;
    /// Exchanges the two.
    Timer& operator=(Timer&& other) noexcept;
    ~Timer();

   private:
    friend class EventLoop;
    Timer(EventLoop* loop, Clock::time_point due, unsigned long id) : m_loop(loop), m_due(due), m_id(id) {}
    EventLoop* m_loop = nullptr;
    Clock::time_point m_due{};
    unsigned long m_id = 0;
  };

  /// Throws std::system_error if no descriptor can be created.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  /// Destroys the local() objects first, in reverse order. All Watches and Timers must be destroyed before.
  ~EventLoop();

  /// The loop that runs on this thread, or that ran last and still exists. Throws std::logic_error if there
  /// is none.
  static EventLoop& current();

  /// Calls `callback` with the readiness (never 0) while `fd` is ready for part of `readiness`:
  /// level-triggered. Throws std::system_error if the descriptor cannot be watched, such as that of a plain
  /// file.
  [[nodiscard]] Watch watch(int fd, unsigned readiness, std::function<void(unsigned)> callback);

  /// Calls `callback` once, at `due` or later, never before.
  [[nodiscard]] Timer call_at(Clock::time_point due, std::function<void()> callback);
  /// Calls `callback` once, after `delay` or later.
  [[nodiscard]] Timer call_after(Duration delay, std::function<void()> callback) {
    return call_at(detail::time_after(Clock::now(), delay), std::move(callback));
  }

  /// Runs `callback` on the thread of the loop, in the order of the posts. Any thread.
  void post(std::function<void()> callback);

  /// Wakes a sleeping loop, so that run_until() tests its condition again. Any thread.
  void wake();

  /// Runs callbacks until `finished()` is true. Tests it before each round. Throws std::system_error if
  /// waiting fails.
  void run_until(const std::function<bool()>& finished);

  /// Runs the callbacks that are ready. If there are none, waits for them, for at most `timeout`. Negative:
  /// no bound.
  void run_once(Duration timeout);

  /// The Type of this loop, one for each type. The first call creates it by `make()`, which returns a
  /// std::unique_ptr<Type>. For objects that live as long as a worker, such as its connections. The Type may
  /// use the loop, even in its destructor.
  /// Source: threading.local.
  template <typename Type, typename Make>
  Type& local(Make make) {
    if (void* found = find_local(typeid(Type))) return *static_cast<Type*>(found);
    std::shared_ptr<Type> made = make();
    Type& object = *made;
    add_local(typeid(Type), std::move(made));
    return object;
  }
  /// The Type of this loop, or null if there is none.
  template <typename Type>
  Type* local() noexcept {
    return static_cast<Type*>(find_local(typeid(Type)));
  }

 private:
  friend class ThreadPoolExecutor;
  struct State;
  /// For a thread that blocks all signals: it can sleep without epoll.
  void ignore_signals() noexcept;
  void* find_local(std::type_index type) noexcept;
  void add_local(std::type_index type, std::shared_ptr<void> object);

  std::unique_ptr<State> m_state;
};

}  // namespace spritefarm
