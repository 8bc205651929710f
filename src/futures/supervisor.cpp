#include "futures/supervisor.hpp"

#include "base/exception_text.hpp"
#include "base/message.hpp"
#include "futures/fork_server.hpp"
#include "ipc/channel_ends.hpp"
#include "posix/child_exit.hpp"
#include "posix/loaded_objects.hpp"
#include "posix/threads.hpp"

#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/detail/outcome.hpp>

#include <algorithm>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace spritefarm::futures {
namespace {

// Calls that may wait at a worker, so that it finds its next one there. As many no-op calls keep a worker
// busy while the supervisor wakes up.
constexpr int calls_ahead = 128;

// The keys in epoll: one of these, or a worker's number and one of its descriptors.
enum : std::uint64_t { notification_key = 0, zygote_key = 1 };
enum class Watched : std::uint64_t { receiving = 1, sending = 2, process = 3 };
std::uint64_t key_of(WorkerNumber worker, Watched what) {
  return std::uint64_t{worker} << 2 | static_cast<std::uint64_t>(what);
}

WorkerPlan plan_of(const ProcessPoolExecutorOptions& options) {
  return {options.transport, Supervisor::worker_slots(options), options.worker_concurrency, options.max_rss};
}

Zygote make_zygote(const ProcessPoolExecutorOptions& options) {
  if (posix::runs_constructor_of_object())
    throw std::logic_error(
        "a ProcessPoolExecutor at namespace scope would fork before the program's other objects there are "
        "constructed: make it a local object of main(), or a static object of a function that main() calls");
  ForkServer* const server = ForkServer::instance();
  const bool can_be_sent = !options.initializer || !options.initializer.request().empty();
  if (!server || (can_be_sent ? posix::count_threads() : posix::count_threads_that_stay()) == 1)
    return Zygote([plan = plan_of(options), initializer = options.initializer](WorkerStart start) {
      return run_worker(plan, initializer ? std::function<void()>(initializer) : nullptr, std::move(start));
    });
  if (!can_be_sent)
    throw std::invalid_argument(
        "this initializer cannot be sent to the process that prepare_to_fork() forked: "
        "pass a plain function or a lambda without captures, "
        "or make the pool before the program starts threads");
  return Zygote([server, plan = plan_of(options), initializer = options.initializer.request()] {
    return server->start_zygote(plan, initializer);
  });
}

bool has_our_functions(std::string_view table) {
  try {
    Decoder from(table);
    return detail::is_function_table_of_this_program(from);
  } catch (const CodecError&) {
    return false;
  }
}

std::exception_ptr decode_exception(std::string_view bytes) {
  Decoder from(bytes);
  return decode<std::exception_ptr>(from);
}

}  // namespace

std::uint32_t Supervisor::worker_slots(const ProcessPoolExecutorOptions& options) {
  return static_cast<std::uint32_t>(options.worker_concurrency + calls_ahead);
}

Supervisor::Supervisor(const ProcessPoolExecutorOptions& options)
    : m_options(options),
      m_zygote(make_zygote(options)),
      m_large_requests(std::make_shared<LargeRequests>()) {
  m_epoll.add(m_notification.fd().get(), posix::Epoll::readable, notification_key);
  m_epoll.add(m_zygote.fd(), posix::Epoll::readable, zygote_key);
}

WorkerLink* Supervisor::find(WorkerNumber worker) noexcept {
  const auto found = m_links.find(worker);
  return found == m_links.end() ? nullptr : &found->second;
}

// ---- a round of the supervisor's thread -------------------------------------------------------------------

void Supervisor::wait(std::optional<Scheduler::Time> until) {
  std::chrono::nanoseconds longest(-1);
  if (until) longest = std::max(*until - Scheduler::Time::clock::now(), Scheduler::Time::duration::zero());
  if (!m_backlog.empty()) longest = std::chrono::nanoseconds(0);
  m_event_count = m_epoll.wait(m_events, longest);
}

void Supervisor::list_readable() {
  m_received.clear();
  for (const WorkerNumber worker : std::exchange(m_backlog, {})) add_readable(find(worker));
  for (std::size_t i = 0; i < m_event_count; ++i) {
    const std::uint64_t key = m_events[i].key;
    if (key == notification_key) {
      m_notification.clear();
    } else if (key == zygote_key) {
      m_zygote_is_readable = true;
    } else if (WorkerLink* const link = find(static_cast<WorkerNumber>(key >> 2))) {
      if (key == key_of(link->number(), Watched::receiving)) add_readable(link);
      if (key == key_of(link->number(), Watched::sending)) watch_sending(*link);
      if (key == key_of(link->number(), Watched::process)) m_ended_orphans.push_back(link->number());
    }
  }
}

/// The pointers stay valid until tell() has told them: only the supervisor's thread forgets workers, after
/// that.
void Supervisor::add_readable(WorkerLink* link) {
  const auto is_listed = [link](const Received& each) { return each.link == link; };
  if (link && std::none_of(m_received.begin(), m_received.end(), is_listed)) m_received.push_back({link, {}});
}

void Supervisor::receive() {
  for (Received& each : m_received) each.batch = each.link->receive();
}

void Supervisor::tell(Scheduler& scheduler, std::vector<CallResult>& results) {
  for (Received& each : m_received) {
    if (each.batch.has_more) m_backlog.push_back(each.link->number());
    tell_batch(*each.link, std::move(each.batch), scheduler, results);
  }
  if (std::exchange(m_zygote_is_readable, false) || m_zygote.has_stored_events())
    tell_zygote_events(scheduler, results);
  for (const WorkerNumber worker : std::exchange(m_ended_orphans, {}))
    if (const WorkerLink* const link = find(worker)) {
      WorkerExit how;
      how.pid = link->pid;
      how.signal = SIGKILL;
      on_exited(worker, how, scheduler, results);
    }
}

// ---- frames -----------------------------------------------------------------------------------------------

void Supervisor::tell_batch(WorkerLink& link, WorkerLink::Batch batch, Scheduler& scheduler,
                            std::vector<CallResult>& results) {
  if (link.is_distrusted) return;
  try {
    for (ipc::Frame& frame : batch.frames) tell_frame(link, std::move(frame), scheduler, results);
    if (!batch.corrupt.empty()) throw ipc::CorruptFrame(batch.corrupt);
  } catch (const std::exception& error) {  // CorruptFrame, or a lack of memory
    distrust(link, error.what());
    return scheduler.on_protocol_error(link.number());
  }
  if (link.channel().ended()) m_epoll.remove(link.channel().receiving_fd());
  watch_sending(link);  // a ring has no other sign of room
}

void Supervisor::tell_frame(WorkerLink& link, ipc::Frame frame, Scheduler& scheduler,
                            std::vector<CallResult>& results) {
  if (scheduler.is_broken()) return;
  const bool is_failure = frame.header.kind == ipc::FrameKind::failure;
  switch (frame.header.kind) {
    case ipc::FrameKind::ready: {
      if (!has_our_functions(frame.payload)) throw ipc::CorruptFrame("the function table of another program");
      return scheduler.on_ready(link.number());
    }
    case ipc::FrameKind::result:
    case ipc::FrameKind::large_result:
    case ipc::FrameKind::failure: {
      if (is_failure && frame.header.call == 0 && scheduler.is_starting(link.number()))
        return tell_failed_initializer(frame.payload, scheduler);
      std::optional<EncodedResult> large;  // before the call counts as done, since it may be corrupt
      if (frame.header.kind == ipc::FrameKind::large_result)
        large = link.open_result(frame.payload, m_options.max_result_size);
      link.on_answer(frame.header.call);
      const bool is_full = frame.header.slot != 0;
      const CallIndex call = scheduler.on_result(link.number(), frame.header.call, is_full);
      if (!call)
        throw ipc::CorruptFrame("a result of call " + std::to_string(frame.header.call) +
                                ", which it does not have");
      if (is_failure)
        results.push_back({call, {}, decode_exception(frame.payload)});
      else
        results.push_back({call, large ? *std::move(large) : std::move(frame.payload), nullptr});
      return;
    }
    case ipc::FrameKind::skipped:
      if (!scheduler.may_skip(link.number(), frame.header.call))
        throw ipc::CorruptFrame("it skipped a call that it had accepted");
      link.on_answer(frame.header.call);
      return;
    case ipc::FrameKind::call:
    case ipc::FrameKind::large_call:
    case ipc::FrameKind::stop:
    case ipc::FrameKind::leave:
      throw ipc::CorruptFrame("a frame that only a coordinator may send");
  }
}

void Supervisor::tell_failed_initializer(const std::string& payload, Scheduler& scheduler) {
  const std::string why =
      "a worker process could not start: its initializer threw " + exception_text(decode_exception(payload));
  report_message({why});
  scheduler.break_pool(why, SIGKILL);
}

void Supervisor::distrust(WorkerLink& link, const char* what) {
  report_message({"killing worker ", std::to_string(link.number()), ": protocol error: ", what});
  link.is_distrusted = true;
  m_epoll.remove(link.channel().receiving_fd());
}

// ---- events of the zygote ---------------------------------------------------------------------------------

void Supervisor::tell_zygote_events(Scheduler& scheduler, std::vector<CallResult>& results) {
  while (auto event = m_zygote.next_event()) {
    if (auto* const spawned = std::get_if<WorkerSpawned>(&*event)) {
      on_spawned(std::move(*spawned), scheduler);
    } else if (const auto* const failure = std::get_if<WorkerNotSpawned>(&*event)) {
      on_not_spawned(*failure, scheduler);
    } else if (const auto* const exited = std::get_if<WorkerExited>(&*event)) {
      on_exited(exited->number, exited->how, scheduler, results);
    } else if (std::holds_alternative<StandbyTookOver>(*event)) {
      adopt_orphans();
      scheduler.on_zygote_killed();
    } else {
      m_epoll.remove(m_zygote.fd());
      adopt_orphans();
      return scheduler.on_zygote_ended();
    }
  }
}

void Supervisor::on_spawned(WorkerSpawned spawned, Scheduler& scheduler) {
  WorkerLink* const link = find(spawned.number);
  if (!link) return spawned.process.send_signal(SIGKILL);  // requested before its zygote was killed
  link->pid = spawned.pid;
  link->process = std::move(spawned.process);
  scheduler.on_spawned(spawned.number);
}

void Supervisor::on_not_spawned(const WorkerNotSpawned& failure, Scheduler& scheduler) {
  const std::string why = std::generic_category().message(failure.error);
  if (scheduler.failed_starts() == 0) report_message({"a worker process could not be forked: ", why});
  scheduler.on_spawn_failed(failure.number, StartFailure::refused, why);
}

/// Reads what the worker sent before its end first.
void Supervisor::on_exited(WorkerNumber worker, const WorkerExit& how, Scheduler& scheduler,
                           std::vector<CallResult>& results) {
  WorkerLink* const link = find(worker);
  if (!link) return;
  link->channel().on_other_end_gone();
  for (bool has_more = true; has_more;) {
    WorkerLink::Batch batch = link->receive();
    has_more = batch.has_more;
    tell_batch(*link, std::move(batch), scheduler, results);
  }
  scheduler.on_exited(worker, how);
}

/// The zygote has ended, so it reports no exits any more. The kernel kills its workers with it, but not their
/// children.
void Supervisor::adopt_orphans() {
  for (auto& [number, link] : m_links) {
    if (!link.process || std::exchange(link.is_orphan, true)) continue;
    posix::kill_group(link.pid);
    m_epoll.add(link.process.fd(), posix::Epoll::readable, key_of(number, Watched::process));
  }
}

// ---- actions ----------------------------------------------------------------------------------------------

void Supervisor::perform(const SpawnWorker& spawn, std::vector<SpawnError>& errors) {
  try {
    ipc::ChannelEnds ends = ipc::ChannelEnds::make(m_options.transport);
    ipc::CallSlots slots(worker_slots(m_options));
    auto results = std::make_shared<posix::SharedFile>();
    if (!m_zygote.spawn_worker({spawn.worker, slots.memory().duplicate(), m_large_requests->reader(),
                                results->fd().duplicate(), std::move(ends.worker)})) {
      errors.push_back({spawn.worker, StartFailure::busy, "the zygote takes no requests"});
      return;
    }
    if (m_options.max_result_size > 0) ends.coordinator->limit_payload(m_options.max_result_size);
    m_epoll.add(ends.coordinator->receiving_fd(), posix::Epoll::readable,
                key_of(spawn.worker, Watched::receiving));
    m_links.try_emplace(spawn.worker, spawn.worker, std::move(ends.coordinator), std::move(slots),
                        std::move(results));
  } catch (const std::system_error& error) {
    errors.push_back({spawn.worker, StartFailure::refused, error.what()});
  }
}

void Supervisor::perform(const StopCall& stop) {
  WorkerLink& link = m_links.at(stop.worker);
  link.send(ipc::FrameKind::stop, stop.number);
  watch_sending(link);
}

void Supervisor::perform(const AskToExit& ask) {
  if (WorkerLink* const link = find(ask.worker)) {
    link->send(ipc::FrameKind::leave);
    watch_sending(*link);
  }
}

void Supervisor::perform(const SignalWorker& signal) {
  m_links.at(signal.worker).process.send_signal(signal.signal);
}

void Supervisor::perform(const DistrustWorker& damaged) {
  distrust(m_links.at(damaged.worker), "it damaged a call slot");
}

void Supervisor::perform(const ForgetWorker& forget) {
  const auto found = m_links.find(forget.worker);
  if (found == m_links.end()) return;
  WorkerLink& link = found->second;
  m_epoll.remove(link.channel().receiving_fd());
  if (link.is_blocked && link.channel().sending_fd() >= 0) m_epoll.remove(link.channel().sending_fd());
  if (link.is_orphan) m_epoll.remove(link.process.fd());
  m_links.erase(found);
}

/// Drops the call if the request for its worker failed: the Scheduler learns of that next, and requeues the
/// call.
void Supervisor::send(const SendCall& send, const std::shared_ptr<const detail::RemoteCall>& call) {
  WorkerLink* const link = find(send.worker);
  if (!link) return;
  link->send_call(send.slot, send.number, call);
  watch_sending(*link);
}

void Supervisor::watch_sending(WorkerLink& link) {
  const bool is_blocked = !link.channel().flush();
  if (is_blocked == link.is_blocked) return;
  link.is_blocked = is_blocked;
  if (link.channel().sending_fd() < 0) return;
  if (is_blocked)
    m_epoll.add(link.channel().sending_fd(), posix::Epoll::writable, key_of(link.number(), Watched::sending));
  else
    m_epoll.remove(link.channel().sending_fd());
}

bool Supervisor::recall(WorkerNumber worker, std::uint32_t slot, CallNumber call) {
  WorkerLink* const link = find(worker);
  return !link || link->slots().recall(slot, call);  // nobody starts calls there
}

SlotReading Supervisor::read(WorkerNumber worker, std::uint32_t slot, CallNumber call) const {
  const auto found = m_links.find(worker);
  if (found == m_links.end()) return {};
  const ipc::CallSlots& slots = found->second.slots();
  if (const auto started = slots.started(slot, call)) return {SlotReading::started, *started};
  return {slots.damaged(slot, call) ? SlotReading::damaged : SlotReading::offered, {}};
}

std::vector<int> Supervisor::pids(Scheduler& scheduler) {
  while (auto spawned = m_zygote.next_spawned()) on_spawned(std::move(*spawned), scheduler);
  if (m_zygote.has_stored_events()) notify();
  std::vector<int> pids;
  for (const auto& [number, link] : m_links)
    if (link.pid > 0) pids.push_back(link.pid);
  return pids;
}

}  // namespace spritefarm::futures
