#include "base/exception_text.hpp"
#include "base/message.hpp"

#include <spritefarm/future.hpp>

#include <condition_variable>

namespace spritefarm::detail {
namespace {

/// A thread that waits for one future.
class Sleeper final : public FutureWaiter {
 public:
  Sleeper() : FutureWaiter(true) {}
  /// False at the deadline.
  bool sleep(Deadline deadline) {
    std::unique_lock lock(m_mutex);
    const auto is_done = [this] { return m_done; };
    if (deadline) return m_changed.wait_until(lock, *deadline, is_done);
    m_changed.wait(lock, is_done);
    return true;
  }
  void on_done(FutureState&) noexcept override {
    const std::lock_guard lock(m_mutex);
    m_done = true;
    m_changed.notify_one();  // with the lock: the sleeper is gone soon after
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_done = false;
};

}  // namespace

FutureState::~FutureState() = default;

FutureState::Snapshot FutureState::snapshot() const {
  const std::lock_guard lock(m_mutex);
  return {m_phase, m_exception};
}

FutureState::Phase FutureState::phase() const {
  const std::lock_guard lock(m_mutex);
  return m_phase;
}

bool FutureState::done() const {
  const std::lock_guard lock(m_mutex);
  return m_phase >= Phase::cancelled;
}

bool FutureState::cancel() {
  const bool recalled = recall();
  std::unique_lock lock(m_mutex);
  if (m_phase == Phase::running || m_phase == Phase::finished) return false;
  const bool is_first = m_phase == Phase::pending;
  if (is_first) m_phase = Phase::cancelled;
  if (recalled && m_phase == Phase::cancelled) notify_cancelled();  // no executor holds the call
  if (!is_first) return true;
  notify_waiters(true);
  const auto callbacks = std::exchange(m_callbacks, nullptr);
  lock.unlock();
  call(callbacks);
  return true;
}

bool FutureState::set_running_or_notify_cancel() {
  const std::lock_guard lock(m_mutex);
  switch (m_phase) {
    case Phase::pending:
      m_phase = Phase::running;
      return true;
    case Phase::cancelled:
      notify_cancelled();
      return false;
    default:
      throw InvalidStateError("set_running_or_notify_cancel(): the future is not pending");
  }
}

bool FutureState::begin() {
  const std::lock_guard lock(m_mutex);
  if (m_phase == Phase::pending) m_phase = Phase::running;
  if (m_phase == Phase::cancelled) notify_cancelled();
  return m_phase == Phase::running;
}

bool FutureState::end_early(std::exception_ptr exception) {
  std::unique_lock lock(m_mutex);
  if (m_phase >= Phase::cancelled) return false;
  m_phase = exception ? Phase::finished : Phase::cancelled_and_notified;
  m_exception = std::move(exception);
  notify(lock);
  return true;
}

void FutureState::set_exception(std::exception_ptr exception) {
  finish([&] { m_exception = std::move(exception); });
}

void FutureState::wait_until(Deadline deadline) {
  if (!done()) {
    Sleeper sleeper;
    if (!add_waiter(sleeper) && !sleeper.sleep(deadline)) {
      remove_waiter(sleeper);
      if (!done()) throw TimeoutError("the call was not done within the timeout of the wait");
    }
  }
  if (phase() != Phase::finished) throw CancelledError();
}

void FutureState::add_done_callback(std::function<void()> callback) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_phase < Phase::cancelled) {
      if (!m_callbacks) m_callbacks = std::make_unique<Callbacks>();
      m_callbacks->push_back(std::move(callback));
      return;
    }
  }
  call(callback);
}

bool FutureState::add_waiter(FutureWaiter& waiter) {
  const std::lock_guard lock(m_mutex);
  if (m_phase >= (waiter.m_at_cancel ? Phase::cancelled : Phase::cancelled_and_notified)) return true;
  waiter.m_linked = true;
  waiter.m_next = m_waiters;
  if (m_waiters) m_waiters->m_previous = &waiter;
  m_waiters = &waiter;
  return false;
}

void FutureState::remove_waiter(FutureWaiter& waiter) noexcept {
  const std::lock_guard lock(m_mutex);
  unlink(waiter);
}

void FutureState::unlink(FutureWaiter& waiter) noexcept {
  if (!std::exchange(waiter.m_linked, false)) return;
  (waiter.m_previous ? waiter.m_previous->m_next : m_waiters) = waiter.m_next;
  if (waiter.m_next) waiter.m_next->m_previous = waiter.m_previous;
  waiter.m_previous = waiter.m_next = nullptr;
}

void FutureState::notify_waiters(bool at_cancel_only) noexcept {
  for (FutureWaiter *waiter = m_waiters, *next = nullptr; waiter; waiter = next) {
    next = waiter->m_next;
    if (at_cancel_only && !waiter->m_at_cancel) continue;
    unlink(*waiter);
    waiter->on_done(*this);
  }
}

void FutureState::print(std::ostream& to, const std::type_info& result) const {
  const auto [phase, exception] = snapshot();
  to << "<Future at " << static_cast<const void*>(this) << " state=";
  switch (phase) {
    case Phase::pending:
      to << "pending";
      break;
    case Phase::running:
      to << "running";
      break;
    case Phase::cancelled:
    case Phase::cancelled_and_notified:
      to << "cancelled";
      break;
    case Phase::finished:
      if (exception)
        to << "finished raised " << exception_type_name(exception);
      else
        to << "finished returned " << type_name(result);
  }
  to << '>';
}

void FutureState::notify_cancelled() {
  m_phase = Phase::cancelled_and_notified;
  notify_waiters(false);
}

void FutureState::require_unfinished() const {
  if (m_phase >= Phase::cancelled)
    throw InvalidStateError(m_phase == Phase::finished ? "the future has a result or an exception already"
                                                       : "the future is cancelled");
}

void FutureState::notify(std::unique_lock<SmallMutex>& lock) {
  notify_waiters(false);
  if (!m_callbacks) return;
  const auto callbacks = std::exchange(m_callbacks, nullptr);
  lock.unlock();
  call(callbacks);
}

void FutureState::call(const std::unique_ptr<Callbacks>& callbacks) noexcept {
  if (!callbacks) return;
  for (const auto& callback : *callbacks) call(callback);
}

void FutureState::call(const std::function<void()>& callback) noexcept {
  try {
    callback();
  } catch (const std::exception& error) {
    report_message({"a done callback of a future threw: ", error.what()});
  } catch (...) {
    report_message({"a done callback of a future threw an exception that is not a std::exception"});
  }
}

}  // namespace spritefarm::detail
