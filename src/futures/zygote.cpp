#include "futures/zygote.hpp"

#include "futures/zygote_process.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace spritefarm::futures {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_processes = 3;
constexpr int max_failed_starts = 3;
constexpr std::chrono::milliseconds max_end_time = 2s;

ZygoteCommand command_of(ZygoteCommand::Kind kind) {
  ZygoteCommand command;
  command.kind = kind;
  return command;
}

}  // namespace

// ---- start and end ----------------------------------------------------------------------------------------

Zygote::Zygote(std::function<int(WorkerStart)> run_worker) : m_epoll(std::in_place) {
  if (const int threads = posix::count_threads_that_stay(); threads > 1)
    throw std::logic_error(
        "a ProcessPoolExecutor forks: make it, or call prepare_to_fork(), "
        "before the program starts threads (it has " +
        std::to_string(threads) + " now)");
  try {
    fork_process(run_worker);
    make_zygote(m_processes.front());
  } catch (...) {
    end();
    throw;
  }
  try {
    while (m_processes.size() < max_processes) fork_process(run_worker);
  } catch (const std::system_error&) {
    // The pool goes on without; the next event requests a standby again.
  }
}

Zygote::Zygote(std::function<posix::MessageSocket()> start)
    : m_start(std::move(start)), m_epoll(std::in_place) {
  start_all();
  make_zygote(m_processes.front());
}

Zygote::~Zygote() {
  end();
}

void Zygote::start_all() {
  m_has_started = false;
  m_failed_starts = 0;
  while (m_processes.size() < max_processes) add_process(m_start());
}

void Zygote::fork_process(const std::function<int(WorkerStart)>& run_worker) {
  auto ends = posix::MessageSocket::make_pair();
  auto coordinator = posix::PidFd::open(posix::current_pid());
  Process& process = add_process(std::move(ends.first));
  try {
    process.child = posix::fork_child([&] {
      m_processes.clear();
      m_epoll.reset();
      return ZygoteProcess(std::move(ends.second), std::move(coordinator), run_worker).run();
    });
    set_started(process, posix::PidFd::open(process.child));
  } catch (const std::system_error&) {
    remove(process);
    throw;
  }
}

Zygote::Process& Zygote::add_process(posix::MessageSocket socket) {
  m_epoll->add(socket.fd(), posix::Epoll::readable, m_last_key + 1);
  return m_processes.emplace_back(Process{++m_last_key, std::move(socket), {}, -1});
}

void Zygote::end() noexcept {
  if (m_processes.empty()) return;
  for (auto standby = std::next(m_processes.begin()); standby != m_processes.end(); ++standby)
    standby->process.send_signal(SIGKILL);
  m_processes.front().socket.finish(max_end_time);
  for (Process& each : m_processes) {
    each.process.send_signal(SIGKILL);
    each.socket.close();  // the end of one that has not started
  }
  for (Process& each : m_processes) {
    if (each.child > 0)
      posix::wait_for_end(each.child);
    else if (each.process)
      each.process.wait_for_end(max_end_time);
  }
  m_processes.clear();
}

// ---- requests ---------------------------------------------------------------------------------------------

bool Zygote::spawn_worker(const WorkerStart& start) {
  if (m_processes.empty() || m_has_unread_end) return false;
  std::vector<int> fds{start.slots.get(), start.requests.get(), start.results.get()};
  for (const posix::Fd& fd : start.channel) fds.push_back(fd.get());
  ZygoteCommand command = command_of(ZygoteCommand::Kind::spawn_worker);
  command.number = start.number;
  // Without waiting: the zygote may itself wait for room to report.
  return m_processes.front().socket.send(command, fds, false) == posix::MessageSocket::Sent::whole;
}

void Zygote::signal_workers(int signal) {
  if (m_processes.empty()) return;
  ZygoteCommand command = command_of(ZygoteCommand::Kind::signal_workers);
  command.signal = signal;
  m_processes.front().socket.send(command, {}, true);
}

void Zygote::make_zygote(Process& process) {
  process.socket.send(command_of(ZygoteCommand::Kind::take_over), {}, false);
}

void Zygote::request_standbys(bool from_zygote) {
  while (!m_processes.empty() && m_processes.size() < max_processes && m_failed_starts < max_failed_starts) {
    const auto is_idle = [](const Process& each) { return static_cast<bool>(each.process); };
    const auto zygote = m_processes.begin();
    const auto standby =
        from_zygote ? m_processes.end() : std::find_if(std::next(zygote), m_processes.end(), is_idle);
    if (!request_standby(standby == m_processes.end() ? *zygote : *standby)) return;
  }
}

bool Zygote::request_standby(Process& parent) {
  try {
    auto ends = posix::MessageSocket::make_pair();
    const auto sent = parent.socket.send(command_of(ZygoteCommand::Kind::spawn_standby),
                                         std::array{ends.second.fd()}, false);
    if (sent != posix::MessageSocket::Sent::whole) return false;
    add_process(std::move(ends.first));
    return true;
  } catch (const std::system_error&) {
    return false;  // the next event requests it again
  }
}

// ---- events -----------------------------------------------------------------------------------------------

std::optional<ZygoteEvent> Zygote::next_event() {
  if (m_events.empty()) receive();
  if (m_events.empty()) return std::nullopt;
  ZygoteEvent oldest = std::move(m_events.front());
  m_events.pop_front();
  if (std::holds_alternative<StandbyTookOver>(oldest)) m_has_unread_end = false;
  return oldest;
}

std::optional<WorkerSpawned> Zygote::next_spawned() {
  receive();
  for (auto event = m_events.begin(); event != m_events.end(); ++event) {
    auto* const spawned = std::get_if<WorkerSpawned>(&*event);
    if (!spawned) continue;
    std::optional<WorkerSpawned> found(std::move(*spawned));
    m_events.erase(event);
    return found;
  }
  return std::nullopt;
}

void Zygote::receive() {
  if (m_processes.empty()) return;
  std::array<posix::Epoll::Event, 2 * max_processes> ready;
  const std::size_t count = m_epoll->wait(ready, 0ns);
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = std::find_if(m_processes.begin(), m_processes.end(),
                                    [&](const Process& each) { return each.key == ready[i].key; });
    if (found != m_processes.end()) receive_from(*found);
  }
}

/// What a process has reported before its end counts.
void Zygote::receive_from(Process& process) {
  const bool has_ended = process.process && process.process.wait_for_end(0ms);
  while (true) {
    ZygoteReport report;
    std::vector<posix::Fd> fds;
    const auto received = process.socket.receive(report, fds);
    if (received == posix::MessageSocket::Received::nothing_yet && !has_ended) return;
    if (received == posix::MessageSocket::Received::message && on_report(process, report, fds)) continue;
    return on_gone(process);
  }
}

/// False if the report is none.
bool Zygote::on_report(Process& from, const ZygoteReport& report, std::vector<posix::Fd>& fds) {
  switch (report.kind) {
    case ZygoteReport::Kind::started:
      if (fds.size() != 1) return false;
      if (!from.process) set_started(from, posix::PidFd(std::move(fds[0])));
      m_has_started = true;
      m_failed_starts = 0;
      return true;
    case ZygoteReport::Kind::spawned:
      if (fds.size() != 1) return false;
      m_events.emplace_back(WorkerSpawned{report.number, report.pid, posix::PidFd(std::move(fds[0]))});
      return true;
    case ZygoteReport::Kind::not_spawned:
      m_events.emplace_back(WorkerNotSpawned{report.number, report.error});
      return true;
    case ZygoteReport::Kind::exited:
      m_events.emplace_back(WorkerExited{
          report.number,
          {report.pid, report.signal, report.exit_code, std::chrono::microseconds(report.cpu_microseconds),
           static_cast<long>(report.peak_memory_kib)}});
      m_failed_starts = std::min(m_failed_starts, max_failed_starts - 1);
      request_standbys(false);
      return true;
  }
  return false;
}

void Zygote::set_started(Process& process, posix::PidFd pid_fd) {
  m_epoll->add(pid_fd.fd(), posix::Epoll::readable, process.key);
  process.process = std::move(pid_fd);
  const ZygoteCommand add_peer = command_of(ZygoteCommand::Kind::add_peer);
  for (Process& peer : m_processes) {
    if (peer.key == process.key || !peer.process) continue;
    peer.socket.send(add_peer, std::array{process.process.fd()}, false);
    process.socket.send(add_peer, std::array{peer.process.fd()}, false);
  }
}

void Zygote::on_gone(Process& process) {
  const bool was_zygote = &process == &m_processes.front();
  if (!process.process) ++m_failed_starts;
  remove(process);
  if (was_zygote) replace_zygote();
  request_standbys(was_zygote);
}

/// Kills it first, if it is not dead.
void Zygote::remove(Process& process) {
  process.process.send_signal(SIGKILL);
  m_epoll->remove(process.process.fd());
  m_epoll->remove(process.socket.fd());
  process.socket.close();
  if (process.child > 0) posix::wait_for_end(process.child);
  m_processes.remove_if([&process](const Process& each) { return &each == &process; });
}

void Zygote::replace_zygote() {
  if (m_processes.empty() && m_start && m_has_started) start_all();
  if (m_processes.empty()) {
    m_events.emplace_back(ZygoteEnded{});
    return;
  }
  const auto has_started = [](const Process& each) { return static_cast<bool>(each.process); };
  const auto next = std::find_if(m_processes.begin(), m_processes.end(), has_started);
  if (next != m_processes.end()) m_processes.splice(m_processes.begin(), m_processes, next);
  make_zygote(m_processes.front());
  m_events.emplace_back(StandbyTookOver{});
  m_has_unread_end = true;
}

}  // namespace spritefarm::futures
