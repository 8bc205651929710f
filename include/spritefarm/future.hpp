#pragma once

#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/detail/future_awaiter.hpp>
#include <spritefarm/detail/future_state.hpp>
#include <spritefarm/errors.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace spritefarm {

/// The state of a call at one moment. Source: concurrent.futures.Future._get_snapshot.
template <typename Type>
struct FutureSnapshot {
  bool done = false;       ///< finished or cancelled
  bool cancelled = false;  ///< by cancel() or terminate()
  /// The result of a call that returned; else, and always if Type is void, null. Valid as long as a Future of
  /// the call lives.
  std::conditional_t<std::is_void_v<Type>, std::nullptr_t, std::add_pointer_t<const Type>> result = nullptr;
  std::exception_ptr exception{};  ///< the exception of a call that threw; else null
};

/// The result of a call that an executor runs, now or later. Copies of a Future share the result. Only its
/// executor sets the result; a Future that you create by its default constructor is pending until you set it.
/// Any thread may call any member. Source: concurrent.futures.Future.
template <typename Type>
class Future {
 public:
  /// The type of the result.
  using value_type = Type;

  /// A pending future: see set_result().
  Future() : m_state(std::make_shared<detail::ResultState<Type>>()) {}
  /// For executors.
  explicit Future(std::shared_ptr<detail::ResultState<Type>> state) : m_state(std::move(state)) {}

  /// Cancels a call that has not started. Returns false, and changes nothing, if it runs or has finished.
  bool cancel() { return m_state->cancel(); }
  /// Cancels a call even if it runs; the future is cancelled at once. A coroutine is destroyed at its
  /// suspension point. The worker process of a plain function gets SIGTERM, then SIGKILL after
  /// terminate_grace, and is replaced. A plain function in a thread is asked to stop through its
  /// std::stop_token. Returns false if the call has finished, or if it is a plain function without a token
  /// that runs in a thread: it cannot be stopped.
  bool terminate() { return m_state->cancel() || m_state->terminate(); }
  /// True if the call was cancelled, by cancel() or terminate().
  [[nodiscard]] bool cancelled() const {
    const auto phase = m_state->phase();
    return phase == detail::FutureState::Phase::cancelled ||
           phase == detail::FutureState::Phase::cancelled_and_notified;
  }
  /// True while the call runs: it can no longer be cancelled, only terminated.
  [[nodiscard]] bool running() const {
    m_state->refresh();
    return m_state->phase() == detail::FutureState::Phase::running;
  }
  /// True if the call has finished or is cancelled.
  [[nodiscard]] bool done() const { return m_state->done(); }

  /// All of the state at one moment. Does not wait.
  [[nodiscard]] FutureSnapshot<Type> snapshot() const {
    using Phase = detail::FutureState::Phase;
    auto [phase, exception] = m_state->snapshot();
    FutureSnapshot<Type> now;
    now.done = phase >= Phase::cancelled;
    now.cancelled = now.done && phase != Phase::finished;
    if constexpr (!std::is_void_v<Type>)
      if (phase == Phase::finished && !exception) now.result = &m_state->value();
    now.exception = std::move(exception);
    return now;
  }

  /// Waits for the call and returns its result, by reference. Throws the exception of the call;
  /// CancelledError if it was cancelled; WorkerDied if its worker process died; TimeoutError if it is not
  /// done after `timeout`.
  decltype(auto) result() const& { return result_by(std::nullopt); }
  /// The same, for at most `timeout`.
  template <typename Rep, typename Period>
  decltype(auto) result(std::chrono::duration<Rep, Period> timeout) const& {
    return result_by(detail::deadline_after(timeout));
  }
  /// The same for a temporary (`pool.submit(f).result()`), by value. Moves the result if no copy of the
  /// Future exists.
  Type result() && { return take_by(std::nullopt); }
  /// The same, for at most `timeout`.
  template <typename Rep, typename Period>
  Type result(std::chrono::duration<Rep, Period> timeout) && {
    return take_by(detail::deadline_after(timeout));
  }

  /// `co_await future` in a coroutine: suspends it, without blocking its thread, until the call is done, and
  /// resumes it on its EventLoop. Returns the result by reference, or throws, as result(). A coroutine that
  /// is destroyed while it waits leaves the future as it is. A worker whose worker_concurrency is reached
  /// runs no other call meanwhile, so a coroutine must not wait for a call that only its own worker could
  /// run.
  /// Source: asyncio.wrap_future.
  [[nodiscard]] auto operator co_await() const& noexcept { return detail::FutureAwaiter<Type, false>(*this); }
  /// The same for a temporary (`co_await pool.submit(f)`): returns the result by value, as result(). If the
  /// coroutine is destroyed while it waits, nobody else expects the result: the call is cancelled, unless it
  /// has started.
  [[nodiscard]] auto operator co_await() && noexcept {
    return detail::FutureAwaiter<Type, true>(std::move(*this));
  }

  /// Waits for the call and returns its exception, or null if it returned. Throws CancelledError and
  /// TimeoutError as result() does.
  [[nodiscard]] std::exception_ptr exception() const {
    m_state->wait_until(std::nullopt);
    return m_state->exception_after_wait();
  }
  /// The same, for at most `timeout`.
  template <typename Rep, typename Period>
  [[nodiscard]] std::exception_ptr exception(std::chrono::duration<Rep, Period> timeout) const {
    m_state->wait_until(detail::deadline_after(timeout));
    return m_state->exception_after_wait();
  }

  /// Calls `callback` with this future when it is done, on the thread that finishes or cancels it. If it is
  /// done already, calls it at once on this thread. An exception of a callback goes to the MessageHandler;
  /// the other callbacks run.
  void add_done_callback(std::function<void(Future)> callback) const {
    // A shared pointer would keep the future alive for ever.
    m_state->add_done_callback([weak = std::weak_ptr(m_state), callback = std::move(callback)] {
      if (std::shared_ptr<detail::ResultState<Type>> state = weak.lock()) callback(Future(std::move(state)));
    });
  }

  // For executors and tests, as in Python.

  /// Marks the call as running. Returns false if the call was cancelled and must not run. Throws
  /// InvalidStateError if the future is neither pending nor newly cancelled.
  bool set_running_or_notify_cancel() { return m_state->set_running_or_notify_cancel(); }
  /// Finishes the future with a result. Throws InvalidStateError if it is done already.
  template <typename... U>
  requires(std::is_void_v<Type> ? sizeof...(U) == 0 : sizeof...(U) == 1) void set_result(U&&... value) {
    m_state->set_result(std::forward<U>(value)...);
  }
  /// Finishes the future with an exception. Throws InvalidStateError if it is done already.
  void set_exception(std::exception_ptr exception) { m_state->set_exception(std::move(exception)); }

  /// True if both are futures of the same call.
  friend bool operator==(const Future&, const Future&) = default;

  /// Writes a text such as `<Future at 0x5581f0 state=finished returned int>`. Source: repr().
  friend std::ostream& operator<<(std::ostream& to, const Future& future) {
    future.m_state->refresh();
    future.m_state->print(to, typeid(Type));
    return to;
  }

  /// For wait() and as_completed().
  [[nodiscard]] detail::FutureState& state() const noexcept { return *m_state; }

 private:
  std::conditional_t<std::is_void_v<Type>, void, std::add_lvalue_reference_t<const Type>> result_by(
      detail::Deadline deadline) const {
    m_state->wait_until(deadline);
    m_state->rethrow_if_failed();
    if constexpr (!std::is_void_v<Type>) return m_state->value();
  }
  Type take_by(detail::Deadline deadline) {
    m_state->wait_until(deadline);
    m_state->rethrow_if_failed();
    if constexpr (std::is_void_v<Type>) {
      return;
    } else if constexpr (std::is_copy_constructible_v<Type>) {
      if (m_state.use_count() > 1) return m_state->value();
      return std::move(m_state->value());
    } else {
      return std::move(m_state->value());
    }
  }

  std::shared_ptr<detail::ResultState<Type>> m_state;
};

}  // namespace spritefarm
