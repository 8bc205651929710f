#include "futures/zygote_process.hpp"

#include "futures/zygote_message.hpp"
#include "posix/child_exit.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <array>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

namespace spritefarm {
namespace {

constexpr std::uint64_t request_key = std::uint64_t{1} << 32;  // above every worker's number
constexpr std::uint64_t coordinator_key = request_key + 1;
constexpr std::uint64_t standby_key = request_key + 2;

}  // namespace

ZygoteProcess::ZygoteProcess(posix::MessageSocket socket, posix::PidFd coordinator,
                             std::function<int(WorkerStart)> run_worker)
    : m_socket(std::move(socket)),
      m_coordinator(std::move(coordinator)),
      m_run_worker(std::move(run_worker)) {}

int ZygoteProcess::run() {
  posix::lead_own_group();
  posix::set_worker_signals();
  return serve();
}

int ZygoteProcess::serve() {
  posix::set_thread_name("zygote");
  m_epoll.emplace();
  m_epoll->add(m_socket.fd(), posix::Epoll::readable, request_key);
  m_epoll->add(m_coordinator.fd(), posix::Epoll::readable, coordinator_key);

  bool coordinator_lives = serve_requests();
  while (coordinator_lives) {
    if (!m_standby.process) fork_standby();
    std::array<posix::Epoll::Event, 64> events;
    const std::size_t count = m_epoll->wait(events, std::chrono::nanoseconds(-1));
    for (std::size_t i = 0; i < count && coordinator_lives; ++i) {
      if (events[i].key == coordinator_key)
        coordinator_lives = false;
      else if (events[i].key == request_key)
        coordinator_lives = serve_requests();
      else if (events[i].key == standby_key)
        posix::reap_with_group(std::exchange(m_standby, {}).pid);
      else
        reap(static_cast<std::uint32_t>(events[i].key));
    }
  }
  if (m_standby.process) m_children.emplace(0, std::move(m_standby));  // no worker has that number
  for (const auto& [number, child] : m_children) posix::kill_group(child.pid);
  for (const auto& [number, child] : m_children) child.process.send_signal(SIGKILL);
  for (const auto& [number, child] : m_children) posix::reap_with_group(child.pid);
  return 0;
}

/// False when the coordinator has gone.
bool ZygoteProcess::serve_requests() {
  while (true) {
    ForkRequest request;
    std::vector<posix::Fd> fds;
    switch (m_socket.receive(request, fds)) {
      case posix::MessageSocket::Received::nothing_yet:
        return true;
      case posix::MessageSocket::Received::closed:
        return false;
      case posix::MessageSocket::Received::message:
        break;
    }
    if (fds.empty()) return false;
    WorkerStart start{request.number, std::move(fds.front()), std::move(fds)};
    start.channel.erase(start.channel.begin());
    spawn_worker(std::move(start));
  }
}

/// Where the system refuses, the zygote goes on without, until something happens again.
void ZygoteProcess::fork_standby() {
  try {
    const auto zygote = posix::PidFd::open(posix::current_pid());
    m_standby.pid = posix::fork_child([&] { return run_standby(zygote); });
    posix::lead_own_group(m_standby.pid);
    m_standby.process = posix::PidFd::open(m_standby.pid);
    m_epoll->add(m_standby.process.fd(), posix::Epoll::readable, standby_key);
  } catch (const std::system_error&) {
    if (m_standby.pid > 0) {  // it lives, but its end would not be seen
      posix::kill_group(m_standby.pid);
      posix::reap_with_group(m_standby.pid);
    }
    m_standby = {};
  }
}

int ZygoteProcess::run_standby(const posix::PidFd& zygote) {
  posix::lead_own_group();
  posix::set_thread_name("standby");
  drop_zygote_state();
  while (!zygote.wait_for_end(std::chrono::hours(1))) continue;
  ZygoteReport report;
  report.kind = ZygoteReport::Kind::took_over;
  if (m_socket.send(report) == posix::MessageSocket::Sent::closed) return 0;
  return serve();
}

/// In a child: what is the zygote's alone must not stay open there. The coordinator would not see the end of a worker's
/// socket, and an epoll that is shared tells the one of what is the other's.
void ZygoteProcess::drop_zygote_state() {
  m_children.clear();
  m_standby = {};
  m_epoll.reset();
}

void ZygoteProcess::spawn_worker(WorkerStart start) {
  const std::uint32_t number = start.number;
  int pid = 0;
  try {
    const int zygote = posix::current_pid();
    pid = posix::fork_child([&] { return run_worker_child(std::move(start), zygote); });
    posix::lead_own_group(pid);  // here too, so that it is done before anybody kills the group
    posix::PidFd process = posix::PidFd::open(pid);
    m_epoll->add(process.fd(), posix::Epoll::readable, number);
    m_children.emplace(number, Child{pid, std::move(process)});
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

int ZygoteProcess::run_worker_child(WorkerStart start, int zygote) {
  posix::lead_own_group();
  posix::die_with_parent(zygote);
  posix::set_thread_name("worker " + std::to_string(start.number));
  report_spawned(start.number);
  m_socket.close();  // or the coordinator would not see the zygote's end
  m_coordinator = {};
  drop_zygote_state();
  return m_run_worker(std::move(start));
}

/// In a worker, which tells of itself before it does what shows: who has seen anything of it can know its pid.
void ZygoteProcess::report_spawned(std::uint32_t number) {
  ZygoteReport report;
  report.kind = ZygoteReport::Kind::spawned;
  report.number = number;
  report.pid = posix::current_pid();
  const auto process = posix::PidFd::open(report.pid);
  m_socket.send(report, std::array{process.fd()});
}

void ZygoteProcess::reap(std::uint32_t number) {
  const auto found = m_children.find(number);
  if (found == m_children.end()) return;
  report_exited(number, found->second.pid);
  m_epoll->remove(found->second.process.fd());
  m_children.erase(found);
}

/// Waits for the end of a child.
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

}  // namespace spritefarm
