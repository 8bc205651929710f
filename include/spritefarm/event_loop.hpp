#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <typeindex>

namespace spritefarm {

/// One thread's event loop: it sleeps until a file descriptor is ready, a timer is due or another thread
/// posts, and then runs the callback that waits for it. Every worker of every executor has one,
/// EventLoop::current(), on which its coroutines run; a program may also make its own and drive it with run()
/// or run_until().
///
/// A loop belongs to the thread that made it: all members but post() and wake() may be called there only. A
/// callback may do anything, also destroy its own Watch or Timer. An exception that a callback lets out
/// leaves run_until(). Made after a fork, used in one process only. Source: asyncio's event loop (add_reader,
/// call_later, call_soon_threadsafe).
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;

  /// What a file descriptor can be watched for, and ready for: a sum of these. `hangup` (the peer is gone, or
  /// an error is pending) is always reported and need not be asked for.
  enum Readiness : unsigned { readable = 1, writable = 2, hangup = 4 };

  /// Watches a file descriptor as long as it lives. Move-only; an empty one watches nothing. The descriptor
  /// stays its owner's, who closes it only after the watch has ended.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();
    /// Watches for another sum of Readiness from now on; 0 watches for `hangup` alone.
    void interest(unsigned readiness);

   private:
    friend class EventLoop;
    Watch(EventLoop* loop, unsigned long id) : m_loop(loop), m_id(id) {}
    EventLoop* m_loop = nullptr;
    unsigned long m_id = 0;
  };

  /// Calls back once, at its time, unless it was destroyed before. Move-only.
  class Timer {
   public:
    Timer() = default;
    Timer(Timer&& other) noexcept;
    Timer& operator=(Timer&& other) noexcept;
    ~Timer();

   private:
    friend class EventLoop;
    Timer(EventLoop* loop, Clock::time_point due, unsigned long id) : m_loop(loop), m_due(due), m_id(id) {}
    EventLoop* m_loop = nullptr;
    Clock::time_point m_due;
    unsigned long m_id = 0;
  };

  /// Throws std::system_error where the system gives no descriptor for it.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  /// Destroys the loop's local() objects first, the last made first. Watches and timers must be gone by then.
  ~EventLoop();

  /// The loop that runs, or last ran, on this thread and still lives. Throws std::logic_error where there is
  /// none.
  static EventLoop& current();

  /// Calls `callback` with the readiness (never 0) each time that `fd` is ready for part of `readiness`
  /// (level-triggered). Throws std::system_error for a descriptor that cannot be watched (a plain file).
  [[nodiscard]] Watch watch(int fd, unsigned readiness, std::function<void(unsigned)> callback);

  /// Calls `callback` once, at `due` or a little later, never before.
  [[nodiscard]] Timer call_at(Clock::time_point due, std::function<void()> callback);
  [[nodiscard]] Timer call_after(Clock::duration delay, std::function<void()> callback) {
    return call_at(Clock::now() + delay, std::move(callback));
  }

  /// From any thread: runs `callback` on the loop's thread, in the order of the posts.
  void post(std::function<void()> callback);

  /// From any thread: makes a sleeping loop look at its condition again.
  void wake();

  /// Runs callbacks until `finished()` is true; it is asked after every round. Throws std::system_error when
  /// the system refuses to wait.
  void run_until(const std::function<bool()>& finished);

  /// Runs what is ready, waits at most `timeout` for something to become so (negative: without a bound).
  void run_once(Clock::duration timeout);

  /// The one T of this loop, made by `make()` (a std::unique_ptr<T>) where there is none yet: for what
  /// belongs to a worker and dies with it, such as its connections. It may use the loop until its own
  /// destructor ends.
  template <typename T, typename Make>
  T& local(Make make) {
    if (void* found = find_local(typeid(T))) return *static_cast<T*>(found);
    std::shared_ptr<T> made = make();
    T& object = *made;
    add_local(typeid(T), std::move(made));
    return object;
  }
  /// The same where it must exist already: null if it does not.
  template <typename T>
  T* local() noexcept {
    return static_cast<T*>(find_local(typeid(T)));
  }

 private:
  struct State;
  void* find_local(std::type_index type) noexcept;
  void add_local(std::type_index type, std::shared_ptr<void> object);

  std::unique_ptr<State> m_state;
};

}  // namespace spritefarm
