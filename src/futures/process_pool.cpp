#include "futures/process_pool.hpp"

#include "base/exception_text.hpp"
#include "futures/exception_record.hpp"
#include "futures/worker_process.hpp"
#include "ipc/pipe_channel.hpp"

#include <spritefarm/codec.hpp>

#include <array>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace spritefarm {
namespace {

// What epoll tells: a worker's number with one of its two directions, or one of these.
enum : std::uint64_t { doorbell_key = 0, nursery_key = 1, first_worker_key = 2 };
std::uint64_t receiving_key(std::uint32_t worker) {
  return first_worker_key + std::uint64_t{worker} * 2;
}
std::uint64_t sending_key(std::uint32_t worker) {
  return receiving_key(worker) + 1;
}

// A worker that dies before it is ready is replaced, but not for ever.
constexpr int most_startup_deaths = 5;

ProcessPoolExecutorOptions checked(ProcessPoolExecutorOptions options) {
  if (options.max_workers < 0)
    throw std::invalid_argument("max_workers must be at least 1, or 0 for the default");
  if (options.worker_concurrency < 1) throw std::invalid_argument("worker_concurrency must be at least 1");
  if (options.max_workers == 0)
    options.max_workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return options;
}

int run_worker(const std::function<void()>& initializer, WorkerStart start) {
  return WorkerProcess(
             std::make_unique<ipc::PipeChannel>(std::move(start.receives_from), std::move(start.sends_to)),
             initializer)
      .run();
}

}  // namespace

ProcessPoolExecutor::Pool::Pool(ProcessPoolExecutorOptions options)
    : m_options(checked(std::move(options))),
      m_nursery([initializer = m_options.initializer](WorkerStart start) {
        return run_worker(initializer, std::move(start));
      }),
      m_most_workers(m_options.max_workers) {
  m_epoll.add(m_doorbell.fd(), posix::Epoll::readable, doorbell_key);
  m_epoll.add(m_nursery.fd(), posix::Epoll::readable, nursery_key);
  m_supervisor = std::thread([this] { supervise(); });
}

ProcessPoolExecutor::Pool::~Pool() {
  shutdown(true, false);
}

void ProcessPoolExecutor::Pool::schedule(std::shared_ptr<detail::RemoteCall> call) {
  Settlements settled;
  {
    const std::lock_guard lock(m_mutex);
    if (!m_broken.empty()) throw BrokenProcessPool(m_broken);
    if (m_shut_down) throw std::runtime_error("cannot submit a call after shutdown");
    m_queue.push_back({std::move(call)});
    dispatch(settled);
  }
  settle(settled);
}

void ProcessPoolExecutor::Pool::shutdown(bool wait, bool cancel_futures) {
  std::deque<Started> cancelled;
  std::thread supervisor;
  {
    const std::lock_guard lock(m_mutex);
    m_shut_down = true;
    if (cancel_futures) {
      // A call that a dead worker had started waits here to run again: it cannot be cancelled any more.
      std::deque<Started> again;
      for (Started& waiting : m_queue) (waiting.deaths > 0 ? again : cancelled).push_back(std::move(waiting));
      m_queue.swap(again);
    }
    if (wait) supervisor = std::move(m_supervisor);
  }
  for (const Started& waiting : cancelled) {
    waiting.call->state().cancel();
    waiting.call->state().set_running_or_notify_cancel();
  }
  m_doorbell.ring();
  if (supervisor.joinable()) supervisor.join();
}

std::vector<int> ProcessPoolExecutor::Pool::worker_pids() const {
  const std::lock_guard lock(m_mutex);
  std::vector<int> pids;
  for (const auto& [number, worker] : m_workers)
    if (worker.pid > 0) pids.push_back(worker.pid);
  return pids;
}

int ProcessPoolExecutor::Pool::worker_deaths() const {
  const std::lock_guard lock(m_mutex);
  return m_deaths;
}

// ---- the supervisor
// -----------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::supervise() {
  while (true) {
    std::array<posix::Epoll::Event, 64> events;
    const std::size_t count = m_epoll.wait(events, std::chrono::nanoseconds(-1));
    Settlements settled;
    {
      const std::lock_guard lock(m_mutex);
      // Results first, the nursery's news last: what a worker sent before its death is received before the
      // death counts.
      bool news = false;
      for (std::size_t i = 0; i < count; ++i) {
        if (events[i].key == doorbell_key) {
          m_doorbell.clear();
        } else if (events[i].key == nursery_key) {
          news = true;
        } else if (Worker* const worker =
                       find(static_cast<std::uint32_t>((events[i].key - first_worker_key) / 2))) {
          if (events[i].key == receiving_key(worker->number))
            receive(*worker, settled);
          else
            watch_sending(*worker);
        }
      }
      if (news) read_news(settled);
      dispatch(settled);
      dismiss_workers();
      if (over() && settled.empty()) return;
    }
    settle(settled);
    const std::lock_guard lock(m_mutex);
    if (over()) return;
  }
}

void ProcessPoolExecutor::Pool::settle(Settlements& settlements) {
  for (Settlement& settlement : settlements) {
    if (settlement.exception)
      settlement.call->state().set_exception(std::move(settlement.exception));
    else
      settlement.call->settle(settlement.result);
  }
  settlements.clear();
}

bool ProcessPoolExecutor::Pool::over() const {
  return m_dismissed && m_workers.empty() && m_queue.empty();
}

ProcessPoolExecutor::Pool::Worker* ProcessPoolExecutor::Pool::find(std::uint32_t number) {
  const auto found = m_workers.find(number);
  return found == m_workers.end() ? nullptr : &found->second;
}

// ---- calls out
// ----------------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::dispatch(Settlements& settled) {
  while (!m_queue.empty() && m_broken.empty()) {
    Worker* worker = least_busy();
    if ((!worker || !worker->calls.empty()) && static_cast<int>(m_workers.size()) < m_most_workers)
      if (Worker* const started = start_worker()) worker = started;
    if (!worker) {
      if (m_workers.empty()) break_pool("no worker process could be started", settled);
      return;
    }
    Started next = std::move(m_queue.front());
    m_queue.pop_front();
    if (next.deaths > 0 || next.call->state().set_running_or_notify_cancel()) send(*worker, std::move(next));
  }
}

/// The worker with the fewest calls, if it has room for one more.
ProcessPoolExecutor::Pool::Worker* ProcessPoolExecutor::Pool::least_busy() {
  Worker* least = nullptr;
  for (auto& [number, worker] : m_workers)
    if (!worker.asked_to_end && (!least || worker.calls.size() < least->calls.size())) least = &worker;
  const bool room = least && static_cast<int>(least->calls.size()) < m_options.worker_concurrency;
  return room ? least : nullptr;
}

/// Asks the nursery for one more worker, which is sent calls from now on: they wait in its channel until it
/// is there.
ProcessPoolExecutor::Pool::Worker* ProcessPoolExecutor::Pool::start_worker() {
  try {
    ipc::PipeChannelEnds ends = ipc::PipeChannelEnds::make();
    const std::uint32_t number = m_last_worker + 1;
    if (!m_nursery.fork_worker(
            {number, std::move(ends.worker_receives_from), std::move(ends.worker_sends_to)}))
      return nullptr;
    m_last_worker = number;
    m_epoll.add(ends.coordinator->receiving_fd(), posix::Epoll::readable, receiving_key(number));
    Worker& worker = m_workers[number];
    worker.number = number;
    worker.channel = std::move(ends.coordinator);
    return &worker;
  } catch (const std::system_error& error) {
    std::cerr << "spritefarm: a worker process could not be started: " << error.what() << '\n';
    m_most_workers = static_cast<int>(m_workers.size());
    return nullptr;
  }
}

void ProcessPoolExecutor::Pool::send(Worker& worker, Started started) {
  const std::uint64_t number = ++m_last_call;
  // The payload is a part of the call and keeps it alive: nothing is copied.
  ipc::Channel::Payload payload(started.call, &started.call->request());
  worker.calls.emplace(number, std::move(started));
  worker.channel->send(ipc::FrameKind::call, number, std::move(payload));
  watch_sending(worker);
}

void ProcessPoolExecutor::Pool::watch_sending(Worker& worker) {
  const bool blocked = !worker.channel->flush();
  if (blocked == worker.blocked) return;
  worker.blocked = blocked;
  if (blocked)
    m_epoll.add(worker.channel->sending_fd(), posix::Epoll::writable, sending_key(worker.number));
  else
    m_epoll.remove(worker.channel->sending_fd());
}

// ---- results in
// ---------------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::receive(Worker& worker, Settlements& settled) {
  try {
    while (auto frame = worker.channel->receive()) accept(worker, std::move(*frame), settled);
  } catch (const ipc::CorruptFrame& error) {
    std::cerr << "spritefarm: worker process " << worker.pid << " sent " << error.what()
              << " and is killed\n";
    m_epoll.remove(worker.channel->receiving_fd());
    end(worker);
    return;
  }
  if (worker.channel->ended()) m_epoll.remove(worker.channel->receiving_fd());
}

void ProcessPoolExecutor::Pool::accept(Worker& worker, ipc::Frame frame, Settlements& settled) {
  if (!m_broken.empty()) return;
  switch (frame.kind) {
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
      if (frame.call == 0 && frame.kind == ipc::FrameKind::failure && !worker.ready) {
        const std::string why = exception_text(decode_exception(frame.payload));
        break_pool("a worker process could not start: its initializer threw " + why, settled);
        return;
      }
      const auto found = worker.calls.find(frame.call);
      if (found == worker.calls.end())
        throw ipc::CorruptFrame("a result of call " + std::to_string(frame.call) +
                                ", which it was not given");
      Settlement settlement{std::move(found->second.call), {}, nullptr};
      worker.calls.erase(found);
      if (frame.kind == ipc::FrameKind::failure)
        settlement.exception = decode_exception(frame.payload);
      else
        settlement.result = std::move(frame.payload);
      settled.push_back(std::move(settlement));
      return;
    }
    case ipc::FrameKind::call:
      throw ipc::CorruptFrame("a call");
  }
}

// ---- births and deaths
// --------------------------------------------------------------------------------------

void ProcessPoolExecutor::Pool::read_news(Settlements& settled) {
  while (auto news = m_nursery.read_news()) {
    if (auto* const forked = std::get_if<WorkerForked>(&*news)) {
      on_forked(std::move(*forked));
    } else if (const auto* const failure = std::get_if<WorkerNotForked>(&*news)) {
      on_not_forked(*failure, settled);
    } else if (const auto* const ended = std::get_if<WorkerEnded>(&*news)) {
      on_ended(*ended, settled);
    } else {
      m_epoll.remove(m_nursery.fd());
      while (!m_workers.empty()) {
        Worker& worker = m_workers.begin()->second;
        posix::kill_group(
            worker.pid);  // the kernel ends the worker with its parent, but not what it has forked
        WorkerExit how;
        how.pid = worker.pid;
        how.signal = SIGKILL;
        on_ended({worker.number, how}, settled);
      }
      m_most_workers = 0;
      break_pool("the nursery, the process that forks the pool's workers, was ended", settled);
      return;
    }
  }
}

void ProcessPoolExecutor::Pool::on_forked(WorkerForked forked) {
  Worker* const worker = find(forked.number);
  if (!worker) return;
  worker->pid = forked.pid;
  worker->process = std::move(forked.process);
  if (!m_broken.empty()) end(*worker);
}

void ProcessPoolExecutor::Pool::on_not_forked(const WorkerNotForked& failure, Settlements& settled) {
  Worker* const worker = find(failure.number);
  if (!worker) return;
  for (auto& [number, started] : worker->calls) m_queue.push_front(std::move(started));
  remove(*worker);
  m_most_workers = static_cast<int>(m_workers.size());
  const std::string why = std::generic_category().message(failure.error);
  std::cerr << "spritefarm: a worker process could not be forked: " << why << '\n';
  if (m_workers.empty()) break_pool("no worker process could be forked: " + why, settled);
}

void ProcessPoolExecutor::Pool::on_ended(const WorkerEnded& ended, Settlements& settled) {
  Worker* const worker = find(ended.number);
  if (!worker) return;
  receive(*worker, settled);
  if (!worker->asked_to_end) ++m_deaths;
  if (!worker->ready && ++m_startup_deaths >= most_startup_deaths)
    break_pool("worker processes die before they are ready: " + std::string(WorkerDied(ended.how).what()),
               settled);
  for (auto& [number, started] : worker->calls) {
    const bool had_started = worker->ready;
    if (had_started) ++started.deaths;
    if (!had_started || started.deaths <= started.call->options().retries)
      m_queue.push_front(std::move(started));
    else
      settled.push_back({std::move(started.call), {}, std::make_exception_ptr(WorkerDied(ended.how))});
  }
  remove(*worker);
}

void ProcessPoolExecutor::Pool::remove(Worker& worker) {
  m_epoll.remove(worker.channel->receiving_fd());
  if (worker.blocked) m_epoll.remove(worker.channel->sending_fd());
  m_workers.erase(worker.number);
}

/// No call runs any more: those that wait fail, and later ones are refused.
void ProcessPoolExecutor::Pool::break_pool(const std::string& why, Settlements& settled) {
  if (m_broken.empty()) {
    m_broken = why;
    std::cerr << "spritefarm: " << why << '\n';
  }
  for (auto& [number, worker] : m_workers) {
    for (auto& [call, started] : worker.calls)
      settled.push_back({std::move(started.call), {}, std::make_exception_ptr(BrokenProcessPool(why))});
    worker.calls.clear();
    end(worker);
  }
  for (Started& waiting : m_queue)
    if (waiting.deaths > 0 || waiting.call->state().set_running_or_notify_cancel())
      settled.push_back({std::move(waiting.call), {}, std::make_exception_ptr(BrokenProcessPool(why))});
  m_queue.clear();
}

/// Ends a worker that nobody needs any more, whatever it is doing; its death will be told as any other.
void ProcessPoolExecutor::Pool::end(Worker& worker) {
  worker.asked_to_end = true;
  if (worker.process) worker.process.send_signal(SIGKILL);
}

/// Once there is nothing left to do after a shutdown, asks all workers to end.
void ProcessPoolExecutor::Pool::dismiss_workers() {
  if (!m_shut_down || !m_queue.empty()) return;
  for (const auto& [number, worker] : m_workers)
    if (!worker.calls.empty()) return;
  for (auto& [number, worker] : m_workers) {
    if (worker.asked_to_end) continue;
    worker.asked_to_end = true;
    if (worker.blocked) m_epoll.remove(worker.channel->sending_fd());
    worker.blocked = false;
    worker.channel->close_sending();
  }
  m_dismissed = true;
}

}  // namespace spritefarm
