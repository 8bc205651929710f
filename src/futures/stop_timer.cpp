#include "futures/stop_timer.hpp"

#include "futures/current_pool.hpp"
#include "posix/threads.hpp"

#include <spritefarm/errors.hpp>

#include <exception>

namespace spritefarm::futures {

StopTimer::~StopTimer() {
  {
    const std::lock_guard lock(m_state->mutex);
    m_state->is_ended = true;
    m_state->changed.notify_one();
  }
  if (m_thread.get_id() == std::this_thread::get_id())
    m_thread.detach();
  else if (m_thread.joinable())
    m_thread.join();
}

StopTimer::Deadline::Deadline(StopTimer& timer, Time due, std::shared_ptr<detail::LocalCall> call)
    : m_timer(timer) {
  State& state = *timer.m_state;
  const std::lock_guard lock(state.mutex);
  if (!timer.m_thread.joinable()) {
    const posix::BlockedSignals inherited;
    timer.m_thread = posix::start_thread([shared = timer.m_state, pool = timer.m_pool] {
      current_pool() = pool;
      work(*shared);
    });
  }
  m_key = {due, ++state.last};
  state.calls.emplace(m_key, std::move(call));
  if (state.calls.begin()->first == m_key) state.changed.notify_one();
}

StopTimer::Deadline::~Deadline() {
  std::shared_ptr<detail::LocalCall> released;  // after the lock
  const std::lock_guard lock(m_timer.m_state->mutex);
  const auto found = m_timer.m_state->calls.find(m_key);
  if (found == m_timer.m_state->calls.end()) return;
  released = std::move(found->second);
  m_timer.m_state->calls.erase(found);
}

void StopTimer::work(State& state) {
  std::unique_lock lock(state.mutex);
  while (!state.is_ended) {
    if (state.calls.empty()) {
      state.changed.wait(lock);
    } else if (const Time due = state.calls.begin()->first.first; due > Time::clock::now()) {
      state.changed.wait_until(lock, due);
    } else {
      const std::shared_ptr<detail::LocalCall> call = std::move(state.calls.begin()->second);
      state.calls.erase(state.calls.begin());
      lock.unlock();
      if (call->state().end_early(
              std::make_exception_ptr(TimeoutError("the call did not end within its timeout"))))
        call->request_stop();
      lock.lock();
    }
  }
}

}  // namespace spritefarm::futures
