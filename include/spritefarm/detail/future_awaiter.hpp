#pragma once

#include <spritefarm/detail/future_state.hpp>
#include <spritefarm/detail/visibility.hpp>

#include <coroutine>
#include <memory>
#include <utility>

namespace SPRITEFARM_API spritefarm {

class EventLoop;
template <typename Type>
class Future;

namespace detail {

/// A coroutine that waits for a future. A part of the coroutine's frame, used on the thread of its loop; the
/// future notifies it on any thread, and what that posts to the loop resumes the coroutine.
class WaitingCoroutine final : public FutureWaiter {
 public:
  WaitingCoroutine() : FutureWaiter(true) {}
  WaitingCoroutine(const WaitingCoroutine&) = delete;
  WaitingCoroutine& operator=(const WaitingCoroutine&) = delete;
  /// False if the future is done: the coroutine then continues at once. Throws std::logic_error if this
  /// thread has no loop.
  bool suspend(FutureState& future, std::coroutine_handle<> coroutine);
  /// Ends the wait. A resumption that has been posted does nothing then.
  void end(FutureState& future) noexcept;
  void on_done(FutureState& future) noexcept override;

 private:
  EventLoop* m_loop = nullptr;
  // Shared with the posted resumption, which can run after the coroutine has been destroyed. Null then.
  std::shared_ptr<std::coroutine_handle<>> m_coroutine{};
};

/// What `co_await future` creates. `is_owner`: it owns the future, which was a temporary.
template <typename Type, bool is_owner>
class FutureAwaiter {
 public:
  explicit FutureAwaiter(Future<Type> future) noexcept : m_future(std::move(future)) {}
  FutureAwaiter(const FutureAwaiter&) = delete;
  FutureAwaiter& operator=(const FutureAwaiter&) = delete;
  /// The coroutine is destroyed while it waits, or continues.
  ~FutureAwaiter() {
    if (!m_is_waiting) return;
    m_waiter.end(m_future.state());
    if constexpr (is_owner) m_future.cancel();
  }

  [[nodiscard]] bool await_ready() const { return m_future.done(); }
  bool await_suspend(std::coroutine_handle<> coroutine) {
    m_is_waiting = m_waiter.suspend(m_future.state(), coroutine);
    return m_is_waiting;
  }
  decltype(auto) await_resume() {
    if (std::exchange(m_is_waiting, false)) m_waiter.end(m_future.state());
    if constexpr (is_owner)
      return std::move(m_future).result();
    else
      return std::as_const(m_future).result();
  }

 private:
  Future<Type> m_future;
  WaitingCoroutine m_waiter{};
  bool m_is_waiting = false;
};

}  // namespace detail
}  // namespace spritefarm
