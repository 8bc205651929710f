#pragma once

#include <spritefarm/detail/resume.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace spritefarm {

template <typename Type>
class Task;

namespace detail {

/// The part of a task's promise that does not depend on the type of the result. When the coroutine ends, it
/// resumes the coroutine that awaits it, or else calls on_end.
class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    // The continuation and on_end may destroy the coroutine, so nothing of its frame is used after them.
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      TaskPromiseBase& promise = ended.promise();
      if (promise.continuation) return ResumeLoop::hand_over(promise.continuation);
      if (const std::function<void()> callback = std::move(promise.on_end)) callback();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept { exception = std::current_exception(); }

  std::coroutine_handle<> continuation{};
  std::function<void()> on_end{};
  std::exception_ptr exception{};
};

template <typename Type>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<Type> get_return_object() noexcept;
  template <typename U>
  void return_value(U&& value) {
    m_value.emplace(std::forward<U>(value));
  }
  Type take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*m_value);
  }

 private:
  std::optional<Type> m_value{};
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
}  // namespace spritefarm
