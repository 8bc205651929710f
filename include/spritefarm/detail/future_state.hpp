#pragma once

#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/detail/small_mutex.hpp>
#include <spritefarm/detail/visibility.hpp>

#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <typeinfo>
#include <utility>
#include <vector>

namespace SPRITEFARM_API spritefarm {
namespace detail {

class FutureState;

/// Is notified once, when a future is done. A link in the list of that future, so it must stay where it is,
/// and leave by remove_waiter() before it is destroyed.
class FutureWaiter {
 public:
  /// `at_cancel`: a future counts as done when it is cancelled, before its executor has noticed that.
  explicit FutureWaiter(bool at_cancel) : m_at_cancel(at_cancel) {}
  FutureWaiter(const FutureWaiter&) = delete;
  FutureWaiter& operator=(const FutureWaiter&) = delete;
  /// Runs under the lock of the future, so it must not call the future.
  virtual void on_done(FutureState& future) noexcept = 0;
  virtual ~FutureWaiter() = default;

 private:
  friend class FutureState;
  const bool m_at_cancel;
  bool m_linked = false;
  FutureWaiter* m_previous = nullptr;
  FutureWaiter* m_next = nullptr;
};

/// The part of a future that does not depend on the type of the result: the phase of the call, the waiters
/// and the callbacks. Shared by the Futures of the call and its executor. Any thread.
class FutureState {
 public:
  enum class Phase : unsigned char { pending, running, cancelled, cancelled_and_notified, finished };

  FutureState() = default;
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;
  virtual ~FutureState();

  /// The phase, and the exception of a call that failed, both at the same moment.
  struct Snapshot {
    Phase phase;
    std::exception_ptr exception;
  };
  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] Phase phase() const;
  [[nodiscard]] bool done() const;

  bool cancel();
  bool set_running_or_notify_cancel();
  /// As set_running_or_notify_cancel(), for executors. A call that runs already is no error: returns true.
  bool begin();
  void set_exception(std::exception_ptr exception);
  /// Finishes a call from outside, with this exception, or as cancelled if it is null. False if the future is
  /// done already.
  bool end_early(std::exception_ptr exception);

  // Implemented by the executor that holds the call. The default is a call that no executor holds. Called
  // without a lock.

  /// Takes the call back from its worker. True if the executor has released the call. If the worker has
  /// started the call, marks it as running.
  virtual bool recall() { return false; }
  /// Marks the call as running if a worker has started it.
  virtual void refresh() {}
  /// Ends a running call: see Future::terminate().
  virtual bool terminate() { return false; }

  /// Waits until the future is done. Throws TimeoutError at the deadline, or CancelledError.
  void wait_until(Deadline deadline);
  [[nodiscard]] std::exception_ptr exception_after_wait() const { return m_exception; }
  void rethrow_if_failed() const {
    if (m_exception) std::rethrow_exception(m_exception);
  }

  void add_done_callback(std::function<void()> callback);
  /// Adds a waiter. True if the future is done already: the waiter is not added then.
  bool add_waiter(FutureWaiter& waiter);
  /// Does nothing if the waiter was notified or never added. In constant time.
  void remove_waiter(FutureWaiter& waiter) noexcept;

  void print(std::ostream& to, const std::type_info& result) const;

 protected:
  /// Calls `store()` to store the result, and finishes the future. Throws InvalidStateError if it is done
  /// already.
  template <typename Store>
  void finish(Store store) {
    std::unique_lock lock(m_mutex);
    require_unfinished();
    store();
    m_phase = Phase::finished;
    notify(lock);
  }

 private:
  using Callbacks = std::vector<std::function<void()>>;

  void require_unfinished() const;
  void unlink(FutureWaiter& waiter) noexcept;
  void notify_waiters(bool at_cancel_only) noexcept;
  void notify_cancelled();
  void notify(std::unique_lock<SmallMutex>& lock);
  static void call(const std::unique_ptr<Callbacks>& callbacks) noexcept;
  static void call(const std::function<void()>& callback) noexcept;

  // Small: a program can have millions of pending calls. The smallest come last: derived classes use the
  // rest.
  FutureWaiter* m_waiters = nullptr;
  std::exception_ptr m_exception{};
  std::unique_ptr<Callbacks> m_callbacks{};
  mutable SmallMutex m_mutex{};
  Phase m_phase = Phase::pending;
};

/// The state of a future with its result.
template <typename Type>
class ResultState : public FutureState {
 public:
  template <typename U>
  void set_result(U&& value) {
    finish([&] { m_value.emplace(std::forward<U>(value)); });
  }
  Type& value() { return *m_value; }

 private:
  std::optional<Type> m_value{};
};

template <>
class ResultState<void> : public FutureState {
 public:
  void set_result() {
    finish([] {});
  }
};

}  // namespace detail
}  // namespace spritefarm
