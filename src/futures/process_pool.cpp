#include "futures/process_pool.hpp"

#include "base/message.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <algorithm>
#include <concepts>
#include <csignal>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace spritefarm {
namespace {

using Clock = std::chrono::steady_clock;

ProcessPoolExecutorOptions checked(ProcessPoolExecutorOptions options) {
  if (!options.max_workers)
    options.max_workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (*options.max_workers < 1) throw std::invalid_argument("max_workers must be at least 1");
  if (options.worker_concurrency < 1) throw std::invalid_argument("worker_concurrency must be at least 1");
  if (options.max_outstanding < 0)
    throw std::invalid_argument("max_outstanding must be at least 1, or 0 for no limit");
  if (options.max_tasks_per_child < 0)
    throw std::invalid_argument("max_tasks_per_child must be at least 1, or 0 for no limit");
  if (options.terminate_grace.count() < 0)
    throw std::invalid_argument("terminate_grace must not be negative");
  return options;
}

futures::SchedulerOptions scheduler_options(const ProcessPoolExecutorOptions& options) {
  return {.max_workers = *options.max_workers,
          .worker_concurrency = options.worker_concurrency,
          .worker_slots = futures::Supervisor::worker_slots(options),
          .max_tasks_per_child = options.max_tasks_per_child,
          .max_outstanding = static_cast<std::size_t>(options.max_outstanding),
          .on_worker_death = options.on_worker_death,
          .terminate_grace = options.terminate_grace};
}

}  // namespace

ProcessPoolExecutor::Pool::Pool(const ProcessPoolExecutorOptions& options)
    : m_options(checked(options)),
      m_generation(posix::fork_generation()),
      m_supervisor(m_options),
      m_scheduler(scheduler_options(m_options), m_supervisor) {}

ProcessPoolExecutor::Pool::~Pool() {
  // The thread shares the pool: when nobody else does, this is that thread, at its end.
  if (m_thread.joinable()) m_thread.detach();
}

void ProcessPoolExecutor::Pool::start() {
  futures::finish_at_exit(weak_from_this());
  const posix::BlockedSignals inherited;
  m_thread = posix::start_thread([self = shared_from_this()] { self->supervise(); });
}

bool ProcessPoolExecutor::Pool::belongs_to_this_process() const noexcept {
  return posix::fork_generation() == m_generation;
}

void ProcessPoolExecutor::Pool::require_own_process() const {
  if (!belongs_to_this_process())
    throw std::logic_error("this pool belongs to another process: create a pool in this one");
}

void ProcessPoolExecutor::Pool::require_open() const {
  if (m_scheduler.is_broken()) throw BrokenProcessPool(m_scheduler.why_broken());
  if (m_scheduler.is_shut_down()) throw std::runtime_error("cannot submit a call after shutdown");
}

// ---- requests of callers ----------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::schedule(std::shared_ptr<detail::RemoteCall> call) {
  require_own_process();
  call->set_owner(weak_from_this());
  Completions completions;
  {
    std::unique_lock lock(m_mutex);
    require_open();
    wait_for_room(lock);
    if (call->options().timeout) m_scheduler.set_time(Clock::now());
    const futures::CallIndex index = m_scheduler.submit(call->options(), call->is_coroutine());
    add(std::move(call), index);
    decide(completions);
  }
  complete(completions);
}

void ProcessPoolExecutor::Pool::wait_for_room(std::unique_lock<std::mutex>& lock) {
  while (!m_scheduler.has_room()) {
    // The supervisor's thread, in a callback, would wait for itself.
    if (m_options.when_full == WhenFull::refuse || m_thread.get_id() == std::this_thread::get_id())
      throw QueueFull();
    ++m_submitters;
    m_room.wait(lock);
    --m_submitters;
    require_open();
  }
}

void ProcessPoolExecutor::Pool::add(std::shared_ptr<detail::RemoteCall> call, futures::CallIndex index) {
  call->index = index;
  if (index >= m_calls.size()) m_calls.resize(std::size_t{index} + 1);
  m_calls[index] = std::move(call);
}

void ProcessPoolExecutor::Pool::start_workers(std::optional<int> count) {
  require_own_process();
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    require_open();
    m_scheduler.set_time(Clock::now());
    m_scheduler.request_workers(count.value_or(*m_options.max_workers));
    decide(completions);
  }
  complete(completions);
}

void ProcessPoolExecutor::Pool::shutdown(bool wait, bool cancel_futures) {
  require_own_process();
  if (!end(wait, cancel_futures) && wait)
    throw std::runtime_error("a callback of this pool cannot wait for the pool's end");
}

void ProcessPoolExecutor::Pool::release() {
  if (!lingers()) end(true, false);
}

bool ProcessPoolExecutor::Pool::end(bool wait, bool cancel_futures) {
  Completions completions;
  std::thread thread;
  bool is_pool_thread = false;
  {
    const std::lock_guard lock(m_mutex);
    m_scheduler.shut_down();
    m_lingers = !wait;
    m_cancels_futures = m_cancels_futures || cancel_futures;
    if (cancel_futures) m_scheduler.cancel_pending();
    decide(completions);
    is_pool_thread = m_thread.get_id() == std::this_thread::get_id();
    if (wait) thread = take_thread();
  }
  complete(completions);
  m_supervisor.notify();
  if (thread.joinable()) thread.join();
  return !is_pool_thread;
}

void ProcessPoolExecutor::Pool::end_workers(int signal, const char* why) {
  require_own_process();
  Completions completions;
  std::thread thread;
  {
    const std::lock_guard lock(m_mutex);
    if (m_scheduler.is_shut_down() && !m_thread.joinable()) return;
    m_scheduler.shut_down();
    m_scheduler.set_time(Clock::now());
    m_scheduler.break_pool(why, signal);
    decide(completions);
    thread = take_thread();
  }
  complete(completions);
  m_supervisor.notify();
  if (thread.joinable()) thread.join();
}

void ProcessPoolExecutor::Pool::suspend_workers() {
  require_own_process();
  const std::lock_guard lock(m_mutex);
  if (m_suspended_at) return;
  m_suspended_at = Clock::now();
  m_supervisor.signal_workers(SIGSTOP);
}

void ProcessPoolExecutor::Pool::resume_workers() {
  require_own_process();
  {
    const std::lock_guard lock(m_mutex);
    if (!m_suspended_at) return;
    m_scheduler.add_pause(*std::exchange(m_suspended_at, std::nullopt), Clock::now());
    m_supervisor.signal_workers(SIGCONT);
  }
  m_supervisor.notify();
}

std::thread ProcessPoolExecutor::Pool::take_thread() {
  return m_thread.get_id() == std::this_thread::get_id() ? std::thread() : std::move(m_thread);
}

std::vector<int> ProcessPoolExecutor::Pool::worker_pids() {
  if (!belongs_to_this_process()) return {};
  Completions completions;
  std::vector<int> pids;
  {
    const std::lock_guard lock(m_mutex);
    pids = m_supervisor.pids(m_scheduler);
    decide(completions);
  }
  complete(completions);
  return pids;
}

int ProcessPoolExecutor::Pool::worker_deaths() const {
  const std::lock_guard lock(m_mutex);
  return m_scheduler.deaths();
}

bool ProcessPoolExecutor::Pool::lingers() const {
  const std::lock_guard lock(m_mutex);
  return m_lingers;
}

// ---- requests of futures ----------------------------------------------------------------------------------

bool ProcessPoolExecutor::Pool::recall(detail::Call& call) {
  auto& remote = static_cast<detail::RemoteCall&>(call);
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    if (!remote.index) return false;
    if (!m_scheduler.recall(remote.index)) {
      remote.state().begin();
      return false;
    }
    take(remote.index);
    decide(completions);  // there is room again
  }
  complete(completions);
  return true;
}

void ProcessPoolExecutor::Pool::refresh(detail::Call& call) {
  auto& remote = static_cast<detail::RemoteCall&>(call);
  const std::lock_guard lock(m_mutex);
  if (remote.index && m_scheduler.has_started(remote.index)) remote.state().begin();
}

bool ProcessPoolExecutor::Pool::terminate(detail::Call& call) {
  auto& remote = static_cast<detail::RemoteCall&>(call);
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    m_scheduler.set_time(Clock::now());
    if (!remote.index || !m_scheduler.terminate(remote.index)) return false;
    decide(completions);
  }
  complete(completions);
  return true;
}

// ---- requests of calls ------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::submit_again(std::vector<std::shared_ptr<detail::RemoteCall>> calls) {
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    // The last one first: each goes ahead of those before.
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
      (*call)->set_owner(weak_from_this());
      if (m_scheduler.is_broken())
        completions.push_back(
            {*call, std::nullopt, std::make_exception_ptr(BrokenProcessPool(m_scheduler.why_broken()))});
      else if (m_cancels_futures)
        completions.push_back({*call, std::nullopt, nullptr});
      else
        add(*call, m_scheduler.submit_first((*call)->options(), (*call)->is_coroutine()));
    }
    decide(completions);
  }
  complete(completions);
}

// ---- the supervisor's thread ------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::supervise() {
  std::optional<futures::Scheduler::Time> until;
  std::vector<futures::CallResult> results;
  Completions completions;
  for (bool is_finished = false; !is_finished;) {
    m_supervisor.wait(until);
    {
      const std::lock_guard lock(m_mutex);
      m_supervisor.list_readable();
    }
    m_supervisor.receive();
    {
      std::unique_lock lock(m_mutex);
      m_wakes_at = futures::Scheduler::Time::min();  // now: no need to notify it
      m_scheduler.set_time(Clock::now());
      m_supervisor.tell(m_scheduler, results);
      take_results(results, completions);
      if (m_scheduler.is_shut_down() && !completions.empty()) {
        lock.unlock();
        complete(completions);  // first: these calls may be the last ones, and submit_again()
        lock.lock();
      }
      m_scheduler.run_due_timers();
      decide(completions);
      is_finished = m_scheduler.is_finished();
      m_wakes_at = until = m_scheduler.next_timer();
    }
    complete(completions);
  }
}

// ---- actions ----------------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::decide(Completions& completions) {
  std::vector<futures::SpawnError> errors;
  do {
    if (!errors.empty()) m_scheduler.set_time(Clock::now());  // the delay counts from now
    for (const futures::SpawnError& error : std::exchange(errors, {})) {
      if (error.failure != futures::StartFailure::busy && m_scheduler.failed_starts() == 0)
        report_message({"a worker process could not be started: ", error.why});
      m_scheduler.on_spawn_failed(error.worker, error.failure, error.why);
    }
    m_scheduler.plan();
    perform_actions(completions, errors);
  } while (!errors.empty());
  if (m_submitters > 0 && (m_scheduler.has_room() || !m_scheduler.is_open())) m_room.notify_all();
  const auto next = m_scheduler.next_timer();
  if (!next || (m_wakes_at && *m_wakes_at <= *next)) return;
  m_wakes_at = next;
  m_supervisor.notify();
}

void ProcessPoolExecutor::Pool::perform_actions(Completions& completions,
                                                std::vector<futures::SpawnError>& errors) {
  const auto perform = [&](const auto& action) {
    using Kind = std::decay_t<decltype(action)>;
    if constexpr (std::same_as<Kind, futures::SendCall>)
      m_supervisor.send(action, m_calls[action.call]);
    else if constexpr (std::same_as<Kind, futures::CompleteCall>)
      complete_without_result(action, completions);
    else if constexpr (std::same_as<Kind, futures::SpawnWorker>)
      m_supervisor.perform(action, errors);
    else
      m_supervisor.perform(action);
  };
  for (const futures::Action& action : m_scheduler.actions()) std::visit(perform, action);
  m_scheduler.actions().clear();
}

void ProcessPoolExecutor::Pool::take_results(std::vector<futures::CallResult>& results,
                                             Completions& completions) {
  for (futures::CallResult& each : results) {
    auto call = take(each.call);
    if (!call) continue;  // completed when it was stopped
    call->state().begin();
    if (each.exception)
      completions.push_back({std::move(call), std::nullopt, std::move(each.exception)});
    else
      completions.push_back({std::move(call), std::move(each.payload), nullptr});
  }
  results.clear();
}

void ProcessPoolExecutor::Pool::complete_without_result(const futures::CompleteCall& done,
                                                        Completions& completions) {
  auto call = take(done.call);
  // From now on cancel() is too late.
  if (done.outcome != futures::Outcome::cancelled) call->state().begin();
  call->worker_died = done.outcome == futures::Outcome::worker_died;
  completions.push_back({std::move(call), std::nullopt, exception_of(done)});
}

/// A new exception for each call: futures do not share it.
std::exception_ptr ProcessPoolExecutor::Pool::exception_of(const futures::CompleteCall& done) const {
  switch (done.outcome) {
    case futures::Outcome::cancelled:
      break;
    case futures::Outcome::timed_out:
      return std::make_exception_ptr(TimeoutError("the call did not end within its timeout"));
    case futures::Outcome::worker_died:
      if (m_options.on_worker_death == OnWorkerDeath::replace)
        return std::make_exception_ptr(WorkerDied(done.how));
      return std::make_exception_ptr(BrokenProcessPool(WorkerDied(done.how).what()));
    case futures::Outcome::pool_broken:
      return std::make_exception_ptr(BrokenProcessPool(m_scheduler.why_broken()));
  }
  return nullptr;
}

std::shared_ptr<detail::RemoteCall> ProcessPoolExecutor::Pool::take(futures::CallIndex index) {
  auto call = std::move(m_calls[index]);
  if (call) call->index = 0;
  return call;
}

void ProcessPoolExecutor::Pool::complete(Completions& completions) {
  for (Completion& completion : completions) {
    if (completion.result) {
      if (const auto* const large = std::get_if<futures::LargeResult>(&*completion.result))
        completion.call->complete(large->bytes(), detail::BytesIn::result);
      else
        completion.call->complete(std::get<std::string>(*completion.result), detail::BytesIn::buffer);
      completion.result.reset();
    } else {
      detail::FutureState& state = completion.call->state();
      if (!state.end_early(std::move(completion.exception)))
        state.begin();  // notifies waiters if it was cancelled
    }
    completion.call->release_large();
  }
  completions.clear();
}

}  // namespace spritefarm
