#include "futures/process_pool.hpp"

#include "futures/fork_server.hpp"
#include "ipc/channel_ends.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace spritefarm {
namespace {

// Calls that may wait at a worker, so that it finds the next one there when it ends one: as many as keep it busy while
// the supervisor wakes up, if they are of the shortest.
constexpr int calls_ahead = 128;

ProcessPoolExecutorOptions checked(ProcessPoolExecutorOptions options) {
  if (!options.max_workers)
    options.max_workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (*options.max_workers < 1) throw std::invalid_argument("max_workers must be at least 1");
  if (options.worker_concurrency < 1) throw std::invalid_argument("worker_concurrency must be at least 1");
  if (options.max_tasks_per_child < 0)
    throw std::invalid_argument("max_tasks_per_child must be at least 1, or 0 for no limit");
  if (options.terminate_grace.count() < 0)
    throw std::invalid_argument("terminate_grace must not be negative");
  return options;
}

WorkerPlan plan_of(const ProcessPoolExecutorOptions& options) {
  return {options.transport, static_cast<std::uint32_t>(options.worker_concurrency + calls_ahead),
          options.worker_concurrency, options.max_rss};
}

Zygote make_zygote(const ProcessPoolExecutorOptions& options) {
  ForkServer* const server = ForkServer::instance();
  if (!server || posix::count_threads() == 1)
    return Zygote([plan = plan_of(options), initializer = options.initializer](WorkerStart start) {
      return run_worker(plan, initializer ? std::function<void()>(initializer) : nullptr, std::move(start));
    });
  if (options.initializer && options.initializer.request().empty())
    throw std::invalid_argument(
        "this initializer cannot travel to the process that prepare_to_fork() made: pass a plain function or "
        "a lambda "
        "without captures, or make the pool before the program starts threads");
  return Zygote(server->start_zygote(plan_of(options), options.initializer.request()));
}

}  // namespace

ProcessPoolExecutor::Pool::Pool(ProcessPoolExecutorOptions options)
    : m_options(checked(std::move(options))),
      m_generation(posix::fork_generation()),
      m_zygote(make_zygote(m_options)) {}

ProcessPoolExecutor::Pool::~Pool() {
  // The supervisor shares the pool: when nobody else does, this is its thread, at its end.
  if (m_supervisor.joinable()) m_supervisor.detach();
}

bool ProcessPoolExecutor::Pool::belongs_to_this_process() const noexcept {
  return posix::fork_generation() == m_generation;
}

void ProcessPoolExecutor::Pool::require_own_process() const {
  if (!belongs_to_this_process())
    throw std::logic_error("this is the pool of another process: make a pool in this one");
}

void ProcessPoolExecutor::Pool::require_usable() const {
  if (!m_broken.empty()) throw BrokenProcessPool(m_broken);
  if (m_shut_down) throw std::runtime_error("cannot submit a call after shutdown");
}

void ProcessPoolExecutor::Pool::start_workers(std::optional<int> count) {
  require_own_process();
  const std::lock_guard lock(m_mutex);
  require_usable();
  const std::size_t wanted = static_cast<std::size_t>(std::max(0, count.value_or(*m_options.max_workers)));
  while (m_workers.size() < wanted && start_worker()) {
  }
}

void ProcessPoolExecutor::Pool::schedule(std::shared_ptr<detail::RemoteCall> call) {
  require_own_process();
  call->set_owner(weak_from_this());
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    require_usable();
    m_queue.push_back({std::move(call)});
    dispatch(completions);
  }
  complete(completions);
}

void ProcessPoolExecutor::Pool::shutdown(bool wait, bool cancel_futures) {
  std::vector<PendingCall> cancelled;
  std::thread supervisor;
  {
    const std::lock_guard lock(m_mutex);
    m_shut_down = true;
    m_lingers = !wait;
    if (cancel_futures) {
      for (auto& [number, worker] : m_workers)
        while (auto waiting = worker.recall_newest()) m_queue.push_back(std::move(*waiting));
      // A call that a dead worker had started waits here to run again: it cannot be cancelled any more.
      const auto first_unstarted = std::stable_partition(
          m_queue.begin(), m_queue.end(), [](const PendingCall& each) { return each.deaths > 0; });
      std::move(first_unstarted, m_queue.end(), std::back_inserter(cancelled));
      m_queue.erase(first_unstarted, m_queue.end());
    }
    if (wait) supervisor = take_supervisor();
  }
  for (const PendingCall& waiting : cancelled) {
    waiting.call->state().cancel();
    waiting.call->state().begin();
  }
  m_notification.notify();
  if (supervisor.joinable()) supervisor.join();
}

std::thread ProcessPoolExecutor::Pool::take_supervisor() {
  return m_supervisor.get_id() == std::this_thread::get_id() ? std::thread() : std::move(m_supervisor);
}

void ProcessPoolExecutor::Pool::end_workers(int signal, const char* why) {
  Completions completions;
  std::thread supervisor;
  {
    const std::lock_guard lock(m_mutex);
    if (m_shut_down && !m_supervisor.joinable()) return;
    m_shut_down = true;
    break_pool(why, completions, signal);
    supervisor = take_supervisor();
  }
  complete(completions);
  m_notification.notify();
  if (supervisor.joinable()) supervisor.join();
}

std::vector<int> ProcessPoolExecutor::Pool::worker_pids() {
  const std::lock_guard lock(m_mutex);
  if (belongs_to_this_process()) {
    while (auto spawned = m_zygote.next_spawned()) on_spawned(std::move(*spawned));
    if (m_zygote.has_stored_events()) m_notification.notify();
  }
  std::vector<int> pids;
  for (const auto& [number, worker] : m_workers)
    if (worker.pid > 0) pids.push_back(worker.pid);
  return pids;
}

int ProcessPoolExecutor::Pool::worker_deaths() const {
  const std::lock_guard lock(m_mutex);
  return m_deaths;
}

bool ProcessPoolExecutor::Pool::lingers() const {
  const std::lock_guard lock(m_mutex);
  return m_lingers;
}

// ---- what a future asks for ---------------------------------------------------------------------------------

bool ProcessPoolExecutor::Pool::recall(detail::Call& call) {
  auto& remote = static_cast<detail::RemoteCall&>(call);
  const std::lock_guard lock(m_mutex);
  WorkerHandle* const worker = find(remote.worker);
  if (!worker) return false;
  if (worker->recall(remote.number)) {
    m_notification.notify();  // there is room again
    return true;
  }
  remote.state().begin();
  return false;
}

void ProcessPoolExecutor::Pool::refresh(detail::Call& call) {
  auto& remote = static_cast<detail::RemoteCall&>(call);
  const std::lock_guard lock(m_mutex);
  const WorkerHandle* const worker = find(remote.worker);
  if (worker && worker->started(remote.number)) remote.state().begin();
}

bool ProcessPoolExecutor::Pool::terminate(detail::Call& call) {
  auto& remote = static_cast<detail::RemoteCall&>(call);
  Completions completions;
  {
    const std::lock_guard lock(m_mutex);
    WorkerHandle* const worker = find(remote.worker);
    if (!worker || !worker->started(remote.number)) return false;
    stop_call(*worker, remote.number, nullptr, completions);
  }
  m_notification.notify();
  complete(completions);
  return true;
}

// ---- calls out ----------------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::complete(Completions& completions) {
  for (Completion& completion : completions) {
    if (completion.result)
      completion.call->complete(*completion.result);
    else
      completion.call->state().end_early(std::move(completion.exception));
  }
  completions.clear();
}

WorkerHandle* ProcessPoolExecutor::Pool::find(std::uint32_t number) {
  const auto found = m_workers.find(number);
  return found == m_workers.end() ? nullptr : &found->second;
}

void ProcessPoolExecutor::Pool::dispatch(Completions& completions) {
  while (!m_queue.empty() && m_broken.empty()) {
    WorkerHandle* worker = least_busy();
    if (!worker || worker->busy() > 0)
      if (WorkerHandle* const started = start_worker()) worker = started;
    if (!worker) {
      if (m_workers.empty())
        break_pool("no worker process could be started: " + m_start_error, completions, SIGKILL);
      return;
    }
    PendingCall next = std::move(m_queue.front());
    m_queue.pop_front();
    if (next.deaths > 0 || next.call->state().phase() == detail::FutureState::Phase::pending)
      send(*worker, std::move(next));
    else
      next.call->state().begin();  // cancelled: says so to those who wait
  }
  share_backlog();
}

/// Gives to workers that have nothing to do what waits at others.
void ProcessPoolExecutor::Pool::share_backlog() {
  while (m_queue.empty()) {
    WorkerHandle* const idle = least_busy();
    if (!idle || idle->busy() > 0) return;
    WorkerHandle* busiest = nullptr;
    for (auto& [number, worker] : m_workers)
      if (worker.has_backlog() && (!busiest || worker.busy() > busiest->busy())) busiest = &worker;
    if (!busiest) return;
    do {
      auto waiting = busiest->recall_newest();
      if (!waiting) return;
      send(*idle, std::move(*waiting));
    } while (idle->has_room() && !idle->draining && idle->busy() < busiest->busy());
  }
}

/// The worker with the min calls, if it has room for one more.
WorkerHandle* ProcessPoolExecutor::Pool::least_busy() {
  WorkerHandle* least = nullptr;
  for (auto& [number, worker] : m_workers)
    if (!worker.exiting && !worker.draining && worker.has_room() && (!least || worker.busy() < least->busy()))
      least = &worker;
  return least;
}

/// Asks the zygote for one more worker, if there may be one more. It is sent calls from now on: they wait in its
/// channel until it is there.
WorkerHandle* ProcessPoolExecutor::Pool::start_worker() {
  const auto staying = std::count_if(m_workers.begin(), m_workers.end(),
                                     [](const auto& each) { return !each.second.exiting; });
  if (m_forks_refused || staying >= *m_options.max_workers) return nullptr;
  try {
    ipc::ChannelEnds ends = ipc::ChannelEnds::make(m_options.transport);
    ipc::CallSlots slots(plan_of(m_options).slots);
    const std::uint32_t number = m_last_worker + 1;
    if (!m_zygote.spawn_worker({number, slots.memory().duplicate(), std::move(ends.worker)})) return nullptr;
    m_last_worker = number;
    m_epoll.add(ends.coordinator->receiving_fd(), posix::Epoll::readable, receiving_key(number));
    const auto added = m_workers.try_emplace(number, number, std::move(ends.coordinator), std::move(slots),
                                             m_options.worker_concurrency);
    return &added.first->second;
  } catch (const std::system_error& error) {
    m_start_error = error.what();
    std::cerr << "spritefarm: a worker process could not be started: " << m_start_error << '\n';
    m_forks_refused = true;
    return nullptr;
  }
}

void ProcessPoolExecutor::Pool::send(WorkerHandle& worker, PendingCall pending) {
  const std::uint64_t number = ++m_last_call;
  if (const auto timeout = pending.call->options().timeout)
    set_timer(Clock::now() + *timeout, {Timer::Kind::deadline, worker.number(), number});
  worker.send(number, std::move(pending));
  if (m_options.max_tasks_per_child > 0) worker.draining = worker.tasks() >= m_options.max_tasks_per_child;
  watch_sending(worker);
}

void ProcessPoolExecutor::Pool::watch_sending(WorkerHandle& worker) {
  const bool blocked = !worker.channel().flush();
  if (blocked == worker.blocked) return;
  worker.blocked = blocked;
  if (worker.channel().sending_fd() < 0) return;
  if (blocked)
    m_epoll.add(worker.channel().sending_fd(), posix::Epoll::writable, sending_key(worker.number()));
  else
    m_epoll.remove(worker.channel().sending_fd());
}

}  // namespace spritefarm
