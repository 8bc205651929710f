#pragma once

#include <spritefarm/event_loop.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm {

template <typename T>
class Task;

namespace detail {

/// What the promises of all tasks share: who is told when the coroutine ends, and the exception it ended
/// with.
class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    // The one who is told may destroy the coroutine at once: nothing of its frame is touched after the call.
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      TaskPromiseBase& told = ended.promise();
      if (told.continuation) return told.continuation;
      if (const std::function<void()> tell = std::move(told.on_end)) tell();
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept { exception = std::current_exception(); }

  std::coroutine_handle<> continuation;
  std::function<void()> on_end;
  std::exception_ptr exception;
};

template <typename T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <typename U>
  void return_value(U&& value) {
    m_value.emplace(std::forward<U>(value));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*m_value);
  }

 private:
  std::optional<T> m_value;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

/// A coroutine that ends with a T: what a function is declared to return so that it may `co_await`. It starts
/// when it is awaited (or submitted to an executor), and runs on one thread's EventLoop. Move-only owner of
/// the coroutine: destroying a Task cancels the coroutine where it waits, so that the destructors of its
/// locals and of all the tasks that it awaits run. An exception that leaves the coroutine is thrown where it
/// is awaited. Source: a coroutine function (`async def`) in asyncio.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  Task(Task&& other) noexcept : m_coroutine(std::exchange(other.m_coroutine, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(m_coroutine, other.m_coroutine);
    return *this;
  }
  ~Task() {
    if (m_coroutine) m_coroutine.destroy();
  }

  /// `co_await task`: starts the coroutine and gives its T. Once only.
  auto operator co_await() && noexcept { return Awaiter{m_coroutine}; }
  auto operator co_await() & noexcept { return Awaiter{m_coroutine}; }

  /// Starts the coroutine outside of any other: it runs at once, up to its first wait. `on_end` is called
  /// when it has ended, maybe before start() returns, on this thread; it may destroy the Task.
  void start(std::function<void()> on_end) {
    m_coroutine.promise().on_end = std::move(on_end);
    m_coroutine.resume();
  }
  [[nodiscard]] bool done() const noexcept { return m_coroutine.done(); }
  /// The result of a coroutine that was started and is done; throws what left the coroutine.
  T take() { return m_coroutine.promise().take(); }

 private:
  using Handle = std::coroutine_handle<promise_type>;
  friend promise_type;
  explicit Task(Handle coroutine) noexcept : m_coroutine(coroutine) {}

  struct Awaiter {
    Handle coroutine;
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      coroutine.promise().continuation = awaiting;
      return coroutine;
    }
    T await_resume() { return coroutine.promise().take(); }
  };

  Handle m_coroutine;
};

template <typename T>
Task<T> detail::TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

/// True for Task<T>, whatever T.
template <typename T>
inline constexpr bool is_task = false;
template <typename T>
inline constexpr bool is_task<Task<T>> = true;

/// `co_await sleep_for(delay)`: waits without blocking the worker. Source: asyncio.sleep.
class [[nodiscard]] sleep_for {
 public:
  explicit sleep_for(EventLoop::Clock::duration delay) : m_delay(delay) {}
  bool await_ready() const noexcept { return m_delay <= EventLoop::Clock::duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    m_timer = EventLoop::current().call_after(m_delay, [waiting] { waiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  EventLoop::Clock::duration m_delay;
  EventLoop::Timer m_timer;
};

/// Runs all the tasks side by side on this thread's loop and gives their results in the tasks' order. When
/// some throw, waits for all, then throws what the first of them (in the tasks' order) threw. Source:
/// asyncio.gather.
template <typename T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks) {
  struct AllDone {
    std::vector<Task<T>>& tasks;
    std::size_t left = tasks.size() + 1;  // one for ourselves, so that nobody resumes us while we still start
    std::coroutine_handle<> waiting = nullptr;

    bool await_ready() const noexcept { return tasks.empty(); }
    bool await_suspend(std::coroutine_handle<> awaiting) {
      waiting = awaiting;
      for (Task<T>& task : tasks)
        task.start([this] {
          if (--left == 0) waiting.resume();
        });
      return --left > 0;
    }
    void await_resume() const noexcept {}
  };
  AllDone all_done{tasks};
  co_await all_done;
  std::vector<T> results;
  results.reserve(tasks.size());
  for (Task<T>& task : tasks) results.push_back(task.take());
  co_return results;
}

/// Runs a task to its end on `loop`, on the thread that owns the loop: the way from plain code into
/// coroutines. Source: asyncio.run.
template <typename T>
T run(EventLoop& loop, Task<T> task) {
  loop.post([&task] { task.start([] {}); });
  loop.run_until([&task] { return task.done(); });
  return task.take();
}

}  // namespace spritefarm
