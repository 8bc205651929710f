#include "futures/zygote_process.hpp"

#include "futures/zygote_message.hpp"
#include "posix/child_exit.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

namespace spritefarm::futures {
namespace {

using namespace std::chrono_literals;

// The keys in epoll: the number of a worker, or one of these, or the key of a standby.
enum : std::uint64_t {
  socket_key = std::uint64_t{1} << 32,
  coordinator_key,
  first_standby_key = std::uint64_t{1} << 33
};

constexpr std::chrono::milliseconds max_wait_for_zygote = 100ms;

}  // namespace

ZygoteProcess::ZygoteProcess(posix::MessageSocket socket, posix::PidFd coordinator,
                             std::function<int(WorkerStart)> run_worker)
    : m_socket(std::move(socket)),
      m_coordinator(std::move(coordinator)),
      m_run_worker(std::move(run_worker)),
      m_last_standby(first_standby_key) {}

int ZygoteProcess::run() {
  posix::set_worker_signals();
  // A new standby returns here from the stack of its parent, so that no generation needs more stack than the
  // first.
  while (serve() == Served::is_new_standby) continue;
  m_is_zygote ? end_as_zygote() : end_as_standby();
  return 0;
}

ZygoteProcess::Served ZygoteProcess::serve() {
  posix::lead_own_group();
  posix::set_thread_name("standby");
  posix::adopt_descendants();
  drop_inherited_state();
  m_epoll.emplace();
  m_epoll->add(m_socket.fd(), posix::Epoll::readable, socket_key);
  m_epoll->add(m_coordinator.fd(), posix::Epoll::readable, coordinator_key);
  report_started();
  while (true) {
    std::array<posix::Epoll::Event, 64> events;
    const std::size_t count = m_epoll->wait(events, std::chrono::nanoseconds(-1));
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t key = events[i].key;
      if (key != socket_key && key != coordinator_key) {
        reap(key);
        continue;
      }
      const Served served = serve_commands();  // the last ones too: they may be peers
      if (served != Served::all) return served;
      if (key == coordinator_key) return Served::coordinator_gone;
    }
  }
}

ZygoteProcess::Served ZygoteProcess::serve_commands() {
  while (true) {
    ZygoteCommand command;
    std::vector<posix::Fd> fds;
    switch (m_socket.receive(command, fds)) {
      case posix::MessageSocket::Received::nothing_yet:
        return Served::all;
      case posix::MessageSocket::Received::closed:
        return Served::coordinator_gone;
      case posix::MessageSocket::Received::message:
        break;
    }
    const bool has_descriptors =
        command.kind != ZygoteCommand::Kind::take_over && command.kind != ZygoteCommand::Kind::signal_workers;
    if (fds.empty() == has_descriptors) return Served::coordinator_gone;
    switch (command.kind) {
      case ZygoteCommand::Kind::spawn_worker: {
        if (fds.size() < 3) return Served::coordinator_gone;
        WorkerStart start{command.number, std::move(fds[0]), std::move(fds[1]), std::move(fds[2]), {}};
        start.channel.assign(std::make_move_iterator(fds.begin() + 3), std::make_move_iterator(fds.end()));
        spawn_worker(std::move(start));
        break;
      }
      case ZygoteCommand::Kind::spawn_standby:
        if (spawn_standby(posix::MessageSocket(std::move(fds.front())))) return Served::is_new_standby;
        break;
      case ZygoteCommand::Kind::take_over:
        m_is_zygote = true;
        posix::set_thread_name("zygote");
        break;
      case ZygoteCommand::Kind::signal_workers:
        for (const auto& [key, child] : m_children)
          if (key < socket_key) posix::signal_group(child.pid, command.signal);
        break;
      case ZygoteCommand::Kind::add_peer:
        add_peer(posix::PidFd(std::move(fds.front())));
        break;
    }
  }
}

void ZygoteProcess::spawn_worker(WorkerStart start) {
  const std::uint32_t number = start.number;
  int pid = 0;
  try {
    const int zygote = posix::current_pid();
    pid = posix::fork_child([&] { return run_worker_child(std::move(start), zygote); });
    watch_child(number, pid);
  } catch (const std::system_error& error) {
    if (pid > 0) {  // it lives, but its end would not be seen
      posix::kill_group(pid);
      return report_exited(number, pid);
    }
    ZygoteReport report;
    report.kind = ZygoteReport::Kind::not_spawned;
    report.number = number;
    report.error = error.code().value();
    m_socket.send(report);
  }
}

/// Returns in both processes: true in the new one. If the system refuses, the coordinator sees the socket
/// close.
bool ZygoteProcess::spawn_standby(posix::MessageSocket socket) {
  int pid = 0;
  try {
    pid = posix::fork_here();
    if (pid == 0) {
      m_socket = std::move(socket);
      return true;
    }
    watch_child(++m_last_standby, pid);
  } catch (const std::system_error&) {
    if (pid > 0) {  // it lives, but its end would not be seen
      posix::kill_group(pid);
      posix::reap_with_group(pid);
    }
  }
  return false;
}

void ZygoteProcess::watch_child(std::uint64_t key, int pid) {
  posix::lead_own_group(pid);  // here too, so that it is done before anybody kills the group
  posix::PidFd process = posix::PidFd::open(pid);
  m_epoll->add(process.fd(), posix::Epoll::readable, key);
  m_children.emplace(key, Child{pid, std::move(process)});
}

int ZygoteProcess::run_worker_child(WorkerStart start, int zygote) {
  posix::lead_own_group();
  posix::die_with_parent(zygote);
  posix::adopt_descendants();  // they come to the zygote with the end of this worker
  posix::set_thread_name("worker " + std::to_string(start.number));
  report_spawned(start.number);
  m_socket.close();
  m_coordinator = {};
  drop_inherited_state();
  return m_run_worker(std::move(start));
}

/// In a new process: closes what belongs to its parent. An epoll that two processes share would report the
/// events of one to the other.
void ZygoteProcess::drop_inherited_state() {
  m_children.clear();
  m_peers.clear();
  m_epoll.reset();
  m_is_zygote = false;
}

void ZygoteProcess::add_peer(posix::PidFd peer) {
  m_peers.push_back(std::move(peer));
  // The new one, too: it can have ended while its pidfd was on its way.
  std::erase_if(m_peers, [](const posix::PidFd& each) { return each.wait_for_end(0ms); });
}

// ---- reports ----------------------------------------------------------------------------------------------

void ZygoteProcess::report_started() {
  ZygoteReport report;
  report.kind = ZygoteReport::Kind::started;
  report.pid = posix::current_pid();
  const auto process = posix::PidFd::open(report.pid);
  m_socket.send(report, std::array{process.fd()});
}

/// Runs in the worker, before any visible effect, so that a caller who observes the worker can already look
/// up its pid.
void ZygoteProcess::report_spawned(std::uint32_t number) {
  ZygoteReport report;
  report.kind = ZygoteReport::Kind::spawned;
  report.number = number;
  report.pid = posix::current_pid();
  const auto process = posix::PidFd::open(report.pid);
  m_socket.send(report, std::array{process.fd()});
}

void ZygoteProcess::reap(std::uint64_t key) {
  const auto found = m_children.find(key);
  if (found == m_children.end()) return;
  if (key < socket_key)
    report_exited(static_cast<std::uint32_t>(key), found->second.pid);
  else
    posix::reap_with_group(found->second.pid);
  m_epoll->remove(found->second.process.fd());
  m_children.erase(found);
  end_adopted_children();
}

/// Ends what workers have forked and taken out of their process group.
void ZygoteProcess::end_adopted_children() {
  posix::end_adopted_children([this](int pid) {
    return std::any_of(m_children.begin(), m_children.end(),
                       [pid](const auto& each) { return each.second.pid == pid; });
  });
}

/// Waits for the end of a worker.
void ZygoteProcess::report_exited(std::uint32_t number, int pid) {
  ZygoteReport report;
  report.kind = ZygoteReport::Kind::exited;
  report.number = number;
  report.pid = pid;
  if (const auto how = posix::reap_with_group(pid)) {
    report.signal = how->signal;
    report.exit_code = how->exit_code;
    report.cpu_microseconds = how->cpu.count();
    report.peak_memory_kib = how->peak_memory_kib;
  }
  m_socket.send(report);
}

// ---- the end ----------------------------------------------------------------------------------------------

void ZygoteProcess::end_as_zygote() {
  for (const auto& [key, child] : m_children) posix::kill_group(child.pid);
  end_peers();
}

/// Leaves the workers to the zygote, which can kill their process groups, unless it is stopped.
void ZygoteProcess::end_as_standby() {
  const auto until = std::chrono::steady_clock::now() + max_wait_for_zygote;
  for (const posix::PidFd& peer : m_peers)
    peer.wait_for_end(std::max(
        0ms, std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now())));
  end_peers();
}

void ZygoteProcess::end_peers() {
  for (const posix::PidFd& peer : m_peers) peer.send_signal(SIGKILL);
  for (const auto& [key, child] : m_children) child.process.send_signal(SIGKILL);
  for (const auto& [key, child] : m_children) posix::reap_with_group(child.pid);
  m_children.clear();
  end_adopted_children();
}

}  // namespace spritefarm::futures
