#pragma once

#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/errors.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace spritefarm {

template <typename T>
class Future;

namespace detail {

class FutureState;

/// Told by a future that it is done, under the future's lock: must not call back. See wait.hpp.
class FutureWaiter {
 public:
  virtual void on_done(FutureState& future) noexcept = 0;

 protected:
  ~FutureWaiter() = default;
};

/// What all futures share but the result's type: where the call stands, who waits, who wants to be called.
/// Shared by the Futures and the executor. Any thread.
class FutureState : public std::enable_shared_from_this<FutureState> {
 public:
  enum class Phase : unsigned char { pending, running, cancelled, cancelled_and_notified, finished };

  FutureState() = default;
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;
  virtual ~FutureState();

  /// Where the call stands, and what it threw if it failed: both at the same moment.
  struct Snapshot {
    Phase phase;
    std::exception_ptr exception;
  };
  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] Phase phase() const;
  [[nodiscard]] bool done() const;

  bool cancel();
  bool set_running_or_notify_cancel();
  /// The executor's way to the same: true also when the call has been begun before.
  bool begin();
  void set_exception(std::exception_ptr exception);
  /// Ends a call that runs, before its time: with this exception, or as cancelled where it is null. False when the
  /// future is done already.
  bool end_early(std::exception_ptr exception);

  /// What the executor that holds the call does for it; nothing where no executor does. Called without any lock.
  /// Takes a call back that waits at a worker: true when the executor has let go of it. Begins() it where the worker
  /// has started it.
  virtual bool recall() { return false; }
  /// Begins() a call that a worker has started since.
  virtual void refresh() {}
  /// Ends a call that runs: see Future::terminate().
  virtual bool terminate() { return false; }

  /// Waits; throws TimeoutError, or CancelledError.
  void wait_until(Deadline deadline) const;
  [[nodiscard]] std::exception_ptr exception_after_wait() const { return m_exception; }
  void rethrow_if_failed() const {
    if (m_exception) std::rethrow_exception(m_exception);
  }

  void add_done_callback(std::function<void()> callback);
  /// True when it is done for waiters (finished, or cancelled and notified) already; the waiter is not kept
  /// then.
  bool add_waiter(FutureWaiter& waiter);
  void remove_waiter(FutureWaiter& waiter) noexcept;

  void print(std::ostream& to, const std::type_info& result) const;

 protected:
  /// Finishes the future with what `store()` stores. Throws InvalidStateError when it is finished already.
  template <typename Store>
  void finish(Store store) {
    std::unique_lock lock(m_mutex);
    require_unfinished();
    store();
    m_phase = Phase::finished;
    notify(lock);
  }

 private:
  void require_unfinished() const;
  void notify_cancelled();
  void notify(std::unique_lock<std::mutex>& lock);
  static void call(const std::function<void()>& callback) noexcept;

  mutable std::mutex m_mutex;
  mutable std::condition_variable m_changed;
  Phase m_phase = Phase::pending;
  std::exception_ptr m_exception;
  std::vector<std::function<void()>> m_callbacks;
  std::vector<FutureWaiter*> m_waiters;
};

template <typename T>
class ResultState : public FutureState {
 public:
  template <typename U>
  void set_result(U&& value) {
    finish([&] { m_value.emplace(std::forward<U>(value)); });
  }
  T& value() { return *m_value; }

 private:
  std::optional<T> m_value;
};

template <>
class ResultState<void> : public FutureState {
 public:
  void set_result() {
    finish([] {});
  }
};

}  // namespace detail

/// Where a call stands at one moment. Source: concurrent.futures.Future._get_snapshot.
template <typename T>
struct FutureSnapshot {
  bool done = false;  ///< finished or cancelled
  bool cancelled = false;
  /// The result of a call that returned, as long as a Future of it lives; else null. None where T is void.
  std::conditional_t<std::is_void_v<T>, std::nullptr_t, std::add_pointer_t<const T>> result = nullptr;
  std::exception_ptr exception;  ///< what the call threw; else null
};

/// The result of a call that an executor runs, now or later. Copies share it. A default-made Future is
/// pending, and its owner sets it; any other is set by its executor. Every member may be called from any
/// thread. Source: concurrent.futures.Future.
template <typename T>
class Future {
 public:
  using value_type = T;

  Future() : m_state(std::make_shared<detail::ResultState<T>>()) {}
  explicit Future(std::shared_ptr<detail::ResultState<T>> state) : m_state(std::move(state)) {}

  /// Cancels a call that has not started. False, and nothing changes, when it runs or has finished.
  bool cancel() { return m_state->cancel(); }
  /// Cancels the call even when it runs: a coroutine is destroyed where it waits; a plain function's worker process is
  /// sent SIGTERM, and SIGKILL if it does not end, and replaced. The future is cancelled at once. False when it is done
  /// already, or is a plain function in a thread, which nothing can stop.
  bool terminate() { return m_state->cancel() || m_state->terminate(); }
  [[nodiscard]] bool cancelled() const {
    const auto phase = m_state->phase();
    return phase == detail::FutureState::Phase::cancelled ||
           phase == detail::FutureState::Phase::cancelled_and_notified;
  }
  [[nodiscard]] bool running() const {
    m_state->refresh();
    return m_state->phase() == detail::FutureState::Phase::running;
  }
  /// Finished or cancelled.
  [[nodiscard]] bool done() const { return m_state->done(); }

  /// All of this at the same moment, without waiting.
  [[nodiscard]] FutureSnapshot<T> snapshot() const {
    using Phase = detail::FutureState::Phase;
    auto [phase, exception] = m_state->snapshot();
    FutureSnapshot<T> now;
    now.done = phase >= Phase::cancelled;
    now.cancelled = now.done && phase != Phase::finished;
    if constexpr (!std::is_void_v<T>)
      if (phase == Phase::finished && !exception) now.result = &m_state->value();
    now.exception = std::move(exception);
    return now;
  }

  /// Waits for the call and gives its result. Throws what the call threw; CancelledError if it was cancelled;
  /// WorkerDied if its worker process died; with a timeout, TimeoutError if it is not done by then.
  decltype(auto) result() const& { return result_by(std::nullopt); }
  template <typename Rep, typename Period>
  decltype(auto) result(std::chrono::duration<Rep, Period> timeout) const& {
    return result_by(detail::deadline_after(timeout));
  }
  /// The same by value, for a Future that is about to go (`pool.submit(f).result()`): moved out of the last
  /// one.
  T result() && { return take_by(std::nullopt); }
  template <typename Rep, typename Period>
  T result(std::chrono::duration<Rep, Period> timeout) && {
    return take_by(detail::deadline_after(timeout));
  }

  /// Waits as result() does, and gives the exception that the call threw: null if it returned.
  [[nodiscard]] std::exception_ptr exception() const {
    m_state->wait_until(std::nullopt);
    return m_state->exception_after_wait();
  }
  template <typename Rep, typename Period>
  [[nodiscard]] std::exception_ptr exception(std::chrono::duration<Rep, Period> timeout) const {
    m_state->wait_until(detail::deadline_after(timeout));
    return m_state->exception_after_wait();
  }

  /// Calls `callback` with this future once it is done or cancelled, in the thread that makes it so; at once,
  /// in this one, if it is already. What it throws is written to standard error, and the other callbacks run
  /// all the same.
  void add_done_callback(std::function<void(Future)> callback) const {
    auto* const state = m_state.get();  // not shared: a future must not keep itself alive
    m_state->add_done_callback([state, callback = std::move(callback)] {
      callback(Future(std::static_pointer_cast<detail::ResultState<T>>(state->shared_from_this())));
    });
  }

  /// For executors and tests, as in Python. False: the call was cancelled and must not run.
  bool set_running_or_notify_cancel() { return m_state->set_running_or_notify_cancel(); }
  /// Throws InvalidStateError when the future has a result, has an exception or is cancelled.
  template <typename... U>
  requires(std::is_void_v<T> ? sizeof...(U) == 0 : sizeof...(U) == 1) void set_result(U&&... value) {
    m_state->set_result(std::forward<U>(value)...);
  }
  void set_exception(std::exception_ptr exception) { m_state->set_exception(std::move(exception)); }

  /// The same call, not merely an equal result.
  friend bool operator==(const Future&, const Future&) = default;

  /// As Python's repr(): `<Future at 0x5581f0 state=finished returned int>`.
  friend std::ostream& operator<<(std::ostream& to, const Future& future) {
    future.m_state->refresh();
    future.m_state->print(to, typeid(T));
    return to;
  }

  /// For wait() and as_completed().
  [[nodiscard]] detail::FutureState& state() const noexcept { return *m_state; }

 private:
  std::conditional_t<std::is_void_v<T>, void, std::add_lvalue_reference_t<const T>> result_by(
      detail::Deadline deadline) const {
    m_state->wait_until(deadline);
    m_state->rethrow_if_failed();
    if constexpr (!std::is_void_v<T>) return m_state->value();
  }
  T take_by(detail::Deadline deadline) {
    m_state->wait_until(deadline);
    m_state->rethrow_if_failed();
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_copy_constructible_v<T>) {
      if (m_state.use_count() > 1) return m_state->value();
      return std::move(m_state->value());
    } else {
      return std::move(m_state->value());
    }
  }

  std::shared_ptr<detail::ResultState<T>> m_state;
};

}  // namespace spritefarm
