#pragma once

#include <spritefarm/detail/resume.hpp>
#include <spritefarm/detail/task_promise.hpp>
#include <spritefarm/duration.hpp>
#include <spritefarm/event_loop.hpp>

#include <coroutine>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace spritefarm {

/// The return type of a coroutine function whose result is a Type. The coroutine starts when it is awaited,
/// and runs on the EventLoop of that thread; an executor starts it on the loop of a worker. `co_await` throws
/// the exception of the coroutine. Move-only. A Task owns its coroutine: its destructor cancels the coroutine
/// at its suspension point and runs the destructors of its locals, and so those of the tasks that it awaits.
/// Chains and loops of `co_await` need constant stack. Source: a coroutine function (`async def`).
///
/// GCC 12 destroys an aggregate, or a lambda with captures, twice if a `co_await` expression creates it as a
/// temporary. Give such an argument a name and move it into the call: `co_await fetch(std::move(request))`.
template <typename Type = void>
class [[nodiscard]] Task {
 public:
  /// For the compiler.
  using promise_type = detail::TaskPromise<Type>;
  /// The type of the result.
  using value_type = Type;

  /// The other one is empty then.
  Task(Task&& other) noexcept : m_coroutine(std::exchange(other.m_coroutine, nullptr)) {}
  /// Exchanges the two.
  Task& operator=(Task&& other) noexcept {
    std::swap(m_coroutine, other.m_coroutine);
    return *this;
  }
  ~Task() {
    if (m_coroutine) m_coroutine.destroy();
  }

  /// `co_await task` starts the coroutine, waits for its end and returns its Type. Once only.
  auto operator co_await() && noexcept { return Awaiter{m_coroutine}; }
  /// The same.
  auto operator co_await() & noexcept { return Awaiter{m_coroutine}; }

  /// Starts the coroutine outside of a coroutine: it runs at once, to its first suspension point. Calls
  /// `on_end` on this thread when it has ended, possibly before start() returns; `on_end` may destroy the
  /// Task.
  void start(std::function<void()> on_end) {
    m_coroutine.promise().on_end = std::move(on_end);
    detail::ResumeLoop::run(m_coroutine);
  }
  /// True if a coroutine that start() has started has ended.
  [[nodiscard]] bool done() const noexcept { return m_coroutine.done(); }
  /// Moves the result out of a coroutine that is done, or throws its exception.
  Type take() { return m_coroutine.promise().take(); }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  friend promise_type;
  explicit Task(Handle coroutine) noexcept : m_coroutine(coroutine) {}

  struct Awaiter {
    Handle coroutine;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept {
      coroutine.promise().continuation = awaiting;
      detail::ResumeLoop::hand_over(coroutine);
    }
    Type await_resume() { return coroutine.promise().take(); }
  };

  Handle m_coroutine;
};

/// @cond
template <typename Type>
Task<Type> detail::TaskPromise<Type>::get_return_object() noexcept {
  return Task<Type>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
/// @endcond

/// `co_await sleep_for(delay)` suspends the coroutine for at least `delay`, without blocking its thread.
/// Source: asyncio.sleep.
class [[nodiscard]] sleep_for {
 public:
  /// No time, or less, does not suspend.
  explicit sleep_for(Duration delay) : m_delay(delay) {}
  // For the compiler.
  /// @cond
  bool await_ready() const noexcept { return m_delay <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    m_timer = EventLoop::current().call_after(m_delay, [waiting] { detail::ResumeLoop::run(waiting); });
  }
  void await_resume() const noexcept {}
  /// @endcond

 private:
  Duration m_delay;
  EventLoop::Timer m_timer{};
};

/// Runs the tasks concurrently on the loop of this thread and returns their results in order. If tasks throw,
/// waits for all, then throws the first exception in the order of the tasks. Source: asyncio.gather.
template <typename Type>
Task<std::vector<Type>> when_all(std::vector<Task<Type>> tasks) {
  struct AllDone {
    std::vector<Task<Type>>& tasks;
    std::size_t left = tasks.size() + 1;  // one more, until all have started
    std::coroutine_handle<> waiting = nullptr;

    bool await_ready() const noexcept { return tasks.empty(); }
    bool await_suspend(std::coroutine_handle<> awaiting) {
      waiting = awaiting;
      for (Task<Type>& task : tasks)
        task.start([this] {
          if (--left == 0) detail::ResumeLoop::hand_over(waiting);
        });
      return --left > 0;
    }
    void await_resume() const noexcept {}
  };
  AllDone all_done{tasks};
  co_await all_done;
  std::vector<Type> results;
  results.reserve(tasks.size());
  for (Task<Type>& task : tasks) results.push_back(task.take());
  co_return results;
}

/// Runs a task to its end on `loop` and returns its result, or throws its exception. Called by a plain
/// function, on the thread that owns the loop. Source: asyncio.run.
template <typename Type>
Type run(EventLoop& loop, Task<Type> task) {
  loop.post([&task] { task.start([] {}); });
  loop.run_until([&task] { return task.done(); });
  return task.take();
}

}  // namespace spritefarm
