#include "futures/zygote.hpp"

#include "futures/zygote_message.hpp"
#include "futures/zygote_process.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace spritefarm {

Zygote::Zygote(std::function<int(WorkerStart)> run_worker) {
  if (const int threads = posix::count_threads(); threads > 1)
    throw std::logic_error(
        "a ProcessPoolExecutor forks: make it, or call prepare_to_fork(), before the program starts threads "
        "(it has " +
        std::to_string(threads) + " now)");
  auto ends = posix::MessageSocket::make_pair();
  auto coordinator = posix::PidFd::open(posix::current_pid());
  m_socket = std::move(ends.first);
  m_pid = posix::fork_child([&] {
    m_socket.close();
    return ZygoteProcess(std::move(ends.second), std::move(coordinator), std::move(run_worker)).run();
  });
}

Zygote::~Zygote() {
  m_socket.finish();
  if (m_pid > 0) posix::wait_for_end(m_pid);
}

bool Zygote::spawn_worker(const WorkerStart& start) {
  // Without waiting: the zygote may itself wait for room to tell its event.
  std::vector<int> fds{start.slots.get()};
  for (const posix::Fd& fd : start.channel) fds.push_back(fd.get());
  return m_socket.send(ForkRequest{start.number}, fds, false) == posix::MessageSocket::Sent::whole;
}

std::optional<ZygoteEvent> Zygote::next_event() {
  if (m_stored_events.empty()) return receive();
  ZygoteEvent oldest = std::move(m_stored_events.front());
  m_stored_events.pop_front();
  return oldest;
}

std::optional<WorkerSpawned> Zygote::next_spawned() {
  while (m_stored_events.empty() || !std::holds_alternative<ZygoteEnded>(m_stored_events.back())) {
    auto event = receive();
    if (!event) break;
    if (auto* const spawned = std::get_if<WorkerSpawned>(&*event)) return std::move(*spawned);
    m_stored_events.push_back(std::move(*event));
  }
  return std::nullopt;
}

std::optional<ZygoteEvent> Zygote::receive() {
  ZygoteReport report;
  std::vector<posix::Fd> fds;
  switch (m_socket.receive(report, fds)) {
    case posix::MessageSocket::Received::nothing_yet:
      return std::nullopt;
    case posix::MessageSocket::Received::closed:
      return ZygoteEnded{};
    case posix::MessageSocket::Received::message:
      break;
  }
  switch (report.kind) {
    case ZygoteReport::Kind::spawned:
      if (fds.size() != 1) return ZygoteEnded{};
      return WorkerSpawned{report.number, report.pid, posix::PidFd(std::move(fds[0]))};
    case ZygoteReport::Kind::not_spawned:
      return WorkerNotSpawned{report.number, report.error};
    case ZygoteReport::Kind::took_over:
      if (m_pid > 0) posix::wait_for_end(std::exchange(m_pid, -1));
      return StandbyTookOver{};
    case ZygoteReport::Kind::exited:
      return WorkerExited{
          report.number,
          {report.pid, report.signal, report.exit_code, std::chrono::microseconds(report.cpu_microseconds),
           static_cast<long>(report.peak_memory_kib)}};
  }
  return ZygoteEnded{};
}

}  // namespace spritefarm
