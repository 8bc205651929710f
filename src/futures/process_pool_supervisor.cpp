#include "base/exception_text.hpp"
#include "futures/process_pool.hpp"
#include "posix/child_exit.hpp"

#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/detail/outcome.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <utility>

namespace spritefarm {
namespace {

// A worker that dies before it is ready is replaced, but not for ever.
constexpr int max_startup_deaths = 5;
// From a worker's SIGKILL to its end, if the system has nothing better to do.
constexpr std::chrono::seconds max_death_time(1);
// Of one worker, however fast it talks, before others are listened to.
constexpr std::size_t max_frames_at_once = 1024;

std::exception_ptr decode_exception(std::string_view bytes) {
  Decoder from(bytes);
  return decode<std::exception_ptr>(from);
}

}  // namespace

void ProcessPoolExecutor::Pool::start() {
  m_epoll.add(m_notification.fd().get(), posix::Epoll::readable, notification_key);
  m_epoll.add(m_zygote.fd(), posix::Epoll::readable, zygote_key);
  finish_at_exit(weak_from_this());
  m_supervisor = std::thread([self = shared_from_this()] { self->supervise(); });
}

void ProcessPoolExecutor::Pool::supervise() {
  bool finished = false;
  std::chrono::nanoseconds longest(-1);
  std::vector<std::uint32_t> backlog;  // workers that had more to say than was listened to
  while (!finished) {
    std::array<posix::Epoll::Event, 64> events;
    const std::size_t count = m_epoll.wait(events, backlog.empty() ? longest : std::chrono::nanoseconds(0));
    bool event = false;
    std::vector<WorkerHandle*> readable;  // they stay where they are: only this thread removes workers
    {
      const std::lock_guard lock(m_mutex);
      for (const std::uint32_t number : std::exchange(backlog, {}))
        if (WorkerHandle* const worker = find(number)) readable.push_back(worker);
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t key = events[i].key;
        if (key == notification_key)
          m_notification.clear();
        else if (key == zygote_key)
          event = true;
        else if (WorkerHandle* const worker = find(worker_of(key)); !worker)
          continue;
        else if (key == sending_key(worker->number()))
          watch_sending(*worker);
        else if (std::find(readable.begin(), readable.end(), worker) == readable.end())
          readable.push_back(worker);
      }
    }
    std::vector<Batch> batches;
    for (WorkerHandle* const worker : readable) batches.push_back(receive(*worker));
    Completions completions;
    {
      const std::lock_guard lock(m_mutex);
      // Results first, the zygote's event last: what a worker sent before its death is received before the death counts.
      for (std::size_t i = 0; i < readable.size(); ++i) {
        if (batches[i].more) backlog.push_back(readable[i]->number());
        accept(*readable[i], std::move(batches[i]), completions);
      }
      if (event || m_zygote.has_stored_events()) next_event(completions);
      run_due_timers(completions);
      dispatch(completions);
      ask_idle_to_exit();
      finished = over();
      longest = m_timers.empty() ? std::chrono::nanoseconds(-1)
                                 : std::max(m_timers.begin()->first - Clock::now(), Clock::duration::zero());
    }
    complete(completions);
  }
}

/// No more work can come, none is unfinished, and all workers have ended.
bool ProcessPoolExecutor::Pool::over() const {
  return m_shut_down && m_workers.empty() && m_queue.empty();
}

// ---- results ------------------------------------------------------------------------------------------------

/// Without the mutex.
ProcessPoolExecutor::Pool::Batch ProcessPoolExecutor::Pool::receive(WorkerHandle& worker) {
  Batch batches;
  if (worker.corrupt) return batches;
  try {
    while (batches.frames.size() < max_frames_at_once) {
      auto frame = worker.channel().receive();
      if (!frame) return batches;
      batches.frames.push_back(std::move(*frame));
    }
    batches.more = true;
  } catch (const ipc::CorruptFrame& error) {
    batches.corrupt = error.what();
  }
  return batches;
}

void ProcessPoolExecutor::Pool::accept(WorkerHandle& worker, Batch batches, Completions& completions) {
  if (worker.corrupt) return;
  try {
    for (ipc::Frame& frame : batches.frames) accept(worker, std::move(frame), completions);
    if (!batches.corrupt.empty()) throw ipc::CorruptFrame(batches.corrupt);
  } catch (const ipc::CorruptFrame& error) {
    return kill_corrupt(worker, error.what());
  }
  if (worker.channel().ended()) m_epoll.remove(worker.channel().receiving_fd());
  watch_sending(worker);  // where there is no other sign that there is room again
}

void ProcessPoolExecutor::Pool::kill_corrupt(WorkerHandle& worker, const char* what) {
  std::cerr << "spritefarm: worker " << worker.number() << " sent " << what << " and is killed\n";
  worker.corrupt = worker.draining = true;
  m_epoll.remove(worker.channel().receiving_fd());
  if (worker.process) worker.process.send_signal(SIGKILL);
}

void ProcessPoolExecutor::Pool::accept(WorkerHandle& worker, ipc::Frame frame, Completions& completions) {
  if (!m_broken.empty()) return;
  switch (frame.header.kind) {
    case ipc::FrameKind::ready: {
      Encoder expected;
      encode(expected, detail::function_table_digest());
      if (frame.payload != std::move(expected).take())
        throw ipc::CorruptFrame("the function table of another program");
      worker.ready = true;
      m_startup_deaths = 0;
      return;
    }
    case ipc::FrameKind::result:
    case ipc::FrameKind::failure: {
      const bool failed = frame.header.kind == ipc::FrameKind::failure;
      if (failed && frame.header.call == 0 && !worker.ready) {
        break_pool("a worker process could not start: its initializer threw " +
                       exception_text(decode_exception(frame.payload)),
                   completions, SIGKILL);
        std::cerr << "spritefarm: " << m_broken << '\n';
        return;
      }
      auto finished = worker.finish(frame.header.call);
      if (!finished)
        throw ipc::CorruptFrame("a result of call " + std::to_string(frame.header.call) +
                                ", which it was not given");
      if (frame.header.slot != 0) {  // it has grown too large
        worker.draining = true;
        requeue(worker);
      }
      if (!finished->call) return;  // nobody waits for it any more
      finished->call->state().begin();
      if (failed)
        completions.push_back({std::move(finished->call), std::nullopt, decode_exception(frame.payload)});
      else
        completions.push_back({std::move(finished->call), std::move(frame.payload), nullptr});
      return;
    }
    case ipc::FrameKind::skipped:
      if (worker.has(frame.header.call)) throw ipc::CorruptFrame("that it skipped a call that it was to run");
      return;
    case ipc::FrameKind::call:
    case ipc::FrameKind::stop:
    case ipc::FrameKind::leave:
      throw ipc::CorruptFrame("a frame that only a coordinator sends");
  }
}

// ---- births and deaths --------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::next_event(Completions& completions) {
  while (auto event = m_zygote.next_event()) {
    if (auto* const spawned = std::get_if<WorkerSpawned>(&*event))
      on_spawned(std::move(*spawned));
    else if (const auto* const failure = std::get_if<WorkerNotSpawned>(&*event))
      on_not_spawned(*failure, completions);
    else if (const auto* const ended = std::get_if<WorkerExited>(&*event))
      on_exited(*ended, completions);
    else if (std::holds_alternative<StandbyTookOver>(*event))
      on_zygote_killed(completions);
    else
      return on_zygote_ended(completions);
  }
}

void ProcessPoolExecutor::Pool::on_spawned(WorkerSpawned spawned) {
  WorkerHandle* const worker = find(spawned.number);
  if (!worker) return spawned.process.send_signal(SIGKILL);  // it was asked for before its zygote was killed
  worker->pid = spawned.pid;
  worker->process = std::move(spawned.process);
  if (worker->corrupt)
    worker->process.send_signal(SIGKILL);
  else if (worker->end_signal != 0)
    terminate_worker(*worker, worker->end_signal);
}

void ProcessPoolExecutor::Pool::on_not_spawned(const WorkerNotSpawned& failure, Completions& completions) {
  WorkerHandle* const worker = find(failure.number);
  if (!worker) return;
  for (PendingCall& pending : worker->take_all().not_started) m_queue.push_front(std::move(pending));
  remove(*worker);
  m_forks_refused = true;
  const std::string why = std::generic_category().message(failure.error);
  std::cerr << "spritefarm: a worker process could not be forked: " << why << '\n';
  if (m_workers.empty()) break_pool("no worker process could be started: " + why, completions, SIGKILL);
}

void ProcessPoolExecutor::Pool::on_exited(const WorkerExited& ended, Completions& completions) {
  WorkerHandle* const worker = find(ended.number);
  if (!worker) return;
  const bool was_ready = worker->ready, expected = worker->exiting;
  on_gone(*worker, ended.how, completions);
  if (expected) return;
  ++m_deaths;
  const std::string how = WorkerDied(ended.how).what();
  if (m_options.on_worker_death == OnWorkerDeath::break_pool)
    break_pool("a worker process died: " + how, completions, SIGKILL);
  else if (!was_ready && ++m_startup_deaths >= max_startup_deaths)
    break_pool("worker processes die before they are ready: " + how, completions, SIGKILL);
}

/// Takes a worker out that has ended: hears its last words, and decides what becomes of its calls.
void ProcessPoolExecutor::Pool::on_gone(WorkerHandle& worker, const WorkerExit& how,
                                        Completions& completions) {
  for (bool more = true; more;) {
    Batch batch = receive(worker);
    more = batch.more;
    accept(worker, std::move(batch), completions);
  }
  WorkerHandle::Unfinished unfinished = worker.take_all();
  remove(worker);
  m_forks_refused = false;
  for (PendingCall& pending : unfinished.not_started) m_queue.push_front(std::move(pending));
  for (PendingCall& pending : unfinished.started) {
    pending.call->state().begin();
    if (++pending.deaths <= pending.call->options().retries && m_broken.empty())
      m_queue.push_front(std::move(pending));
    else if (m_options.on_worker_death == OnWorkerDeath::break_pool)
      completions.push_back({std::move(pending.call), std::nullopt,
                             std::make_exception_ptr(BrokenProcessPool(WorkerDied(how).what()))});
    else
      completions.push_back(
          {std::move(pending.call), std::nullopt, std::make_exception_ptr(WorkerDied(how))});
  }
}

/// All workers die with their zygote. Those that it was asked for and had not spawned may never come: they count as lost.
void ProcessPoolExecutor::Pool::on_zygote_killed(Completions& completions) {
  for (auto& [number, worker] : m_workers) {
    posix::kill_group(worker.pid);  // the kernel ends the worker with its parent, but not what it has forked
    worker.process.send_signal(SIGKILL);
  }
  while (!m_workers.empty()) {
    WorkerHandle& worker = m_workers.begin()->second;
    // What it started may be repeated elsewhere, but not while it still runs here.
    if (worker.process) worker.process.wait_for_end(max_death_time);
    if (worker.pid > 0 && !worker.exiting) ++m_deaths;
    WorkerExit how;
    how.pid = worker.pid;
    how.signal = SIGKILL;
    on_gone(worker, how, completions);
  }
  if (m_options.on_worker_death == OnWorkerDeath::break_pool)
    break_pool("the zygote, the process that forks the pool's workers, was killed", completions, SIGKILL);
  else if (++m_startup_deaths >= max_startup_deaths)
    break_pool("the zygote, the process that forks the pool's workers, is killed again and again",
               completions, SIGKILL);
}

void ProcessPoolExecutor::Pool::on_zygote_ended(Completions& completions) {
  m_epoll.remove(m_zygote.fd());
  on_zygote_killed(completions);
  break_pool("the zygote, the process that forks the pool's workers, has ended", completions, SIGKILL);
}

void ProcessPoolExecutor::Pool::remove(WorkerHandle& worker) {
  m_epoll.remove(worker.channel().receiving_fd());
  if (worker.blocked && worker.channel().sending_fd() >= 0) m_epoll.remove(worker.channel().sending_fd());
  m_workers.erase(worker.number());
}

/// No call runs any more: all fail, later ones are refused, and the workers are ended.
void ProcessPoolExecutor::Pool::break_pool(const std::string& why, Completions& completions, int signal) {
  if (m_broken.empty()) m_broken = why;
  const auto fail = [&](PendingCall& pending) {
    // One exception for each: futures do not share it.
    if (pending.deaths > 0 || pending.call->state().begin())
      completions.push_back(
          {std::move(pending.call), std::nullopt, std::make_exception_ptr(BrokenProcessPool(m_broken))});
  };
  for (auto& [number, worker] : m_workers) {
    WorkerHandle::Unfinished unfinished = worker.take_all();
    for (PendingCall& pending : unfinished.started) fail(pending);
    for (PendingCall& pending : unfinished.not_started) fail(pending);
    terminate_worker(worker, signal);
  }
  for (PendingCall& pending : m_queue) fail(pending);
  m_queue.clear();
}

// ---- ends before their time ---------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::set_timer(Clock::time_point due, Timer timer) {
  const bool first = m_timers.empty() || due < m_timers.begin()->first;
  m_timers.emplace(due, timer);
  if (first) m_notification.notify();
}

void ProcessPoolExecutor::Pool::run_due_timers(Completions& completions) {
  const Clock::time_point now = Clock::now();
  while (!m_timers.empty() && m_timers.begin()->first <= now) {
    const Timer timer = m_timers.extract(m_timers.begin()).mapped();
    WorkerHandle* const worker = find(timer.worker);
    if (!worker) continue;
    switch (timer.kind) {
      case Timer::Kind::deadline:
        on_deadline(*worker, timer.call, completions);
        break;
      case Timer::Kind::coroutine_stopped:
        if (worker->has(timer.call)) terminate_worker(*worker, SIGTERM);  // it does not come back to its loop
        break;
      case Timer::Kind::kill:
        worker->process.send_signal(SIGKILL);
        break;
    }
  }
}

/// A call's time is up, if it started when it was sent. It may have started later, or not yet.
void ProcessPoolExecutor::Pool::on_deadline(WorkerHandle& worker, std::uint64_t call,
                                            Completions& completions) {
  const detail::RemoteCall* const waiting = worker.look_at(call);
  if (!waiting) return;  // it has ended, or went elsewhere
  if (worker.damaged(call)) return kill_corrupt(worker, "a damaged call slot");
  const auto timeout = *waiting->options().timeout;
  const auto started = worker.started(call);
  const Clock::time_point due = started.value_or(Clock::now()) + timeout;
  if (started && due <= Clock::now())
    stop_call(worker, call, std::make_exception_ptr(TimeoutError("the call did not end within its timeout")),
              completions);
  else
    set_timer(due, {Timer::Kind::deadline, worker.number(), call});
}

/// Ends a call that runs: its future now, its coroutine or its worker as soon as can be.
void ProcessPoolExecutor::Pool::stop_call(WorkerHandle& worker, std::uint64_t number,
                                          std::exception_ptr exception, Completions& completions) {
  auto call = worker.detach(number);
  const bool is_coroutine = call->is_coroutine();
  call->state().begin();
  completions.push_back({std::move(call), std::nullopt, std::move(exception)});
  if (!is_coroutine) return terminate_worker(worker, SIGTERM);
  ipc::FrameHeader stop;
  stop.kind = ipc::FrameKind::stop;
  stop.call = number;
  worker.channel().send(stop);
  watch_sending(worker);
  set_timer(Clock::now() + m_options.terminate_grace,
            {Timer::Kind::coroutine_stopped, worker.number(), number});
}

/// Ends a worker by a signal, and by SIGKILL where that does not suffice. What waits at it goes elsewhere.
void ProcessPoolExecutor::Pool::terminate_worker(WorkerHandle& worker, int signal) {
  if (!worker.exiting) {
    worker.exiting = true;
    requeue(worker);
  }
  worker.end_signal = signal;
  if (!worker.process) return;  // on_spawned() comes back here
  worker.process.send_signal(signal);
  if (signal != SIGKILL)
    set_timer(Clock::now() + m_options.terminate_grace, {Timer::Kind::kill, worker.number(), 0});
}

/// What waits at the worker goes elsewhere.
void ProcessPoolExecutor::Pool::requeue(WorkerHandle& worker) {
  while (auto waiting = worker.recall_newest()) m_queue.push_front(std::move(*waiting));
}

/// Lets a worker end that has no calls.
void ProcessPoolExecutor::Pool::ask_to_exit(WorkerHandle& worker) {
  worker.exiting = true;
  ipc::FrameHeader leave;
  leave.kind = ipc::FrameKind::leave;
  worker.channel().send(leave);
  watch_sending(worker);
}

void ProcessPoolExecutor::Pool::ask_idle_to_exit() {
  const bool all_done = m_shut_down && m_queue.empty() &&
                        std::all_of(m_workers.begin(), m_workers.end(),
                                    [](const auto& each) { return each.second.busy() == 0; });
  for (auto& [number, worker] : m_workers)
    if (!worker.exiting && worker.busy() == 0 && (worker.draining || all_done)) ask_to_exit(worker);
}

}  // namespace spritefarm
