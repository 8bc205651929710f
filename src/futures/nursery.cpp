#include "futures/nursery.hpp"

#include "futures/nursery_message.hpp"
#include "futures/nursery_process.hpp"
#include "posix/fork.hpp"
#include "posix/threads.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace spritefarm {

Nursery::Nursery(std::function<int(WorkerStart)> run_worker) {
  if (const int threads = posix::count_threads(); threads > 1)
    throw std::logic_error(
        "a ProcessPoolExecutor forks: make it, or call prepare_to_fork(), before the program starts threads "
        "(it has " +
        std::to_string(threads) + " now)");
  auto ends = posix::MessageSocket::make_pair();
  auto coordinator = posix::PidFd::open(posix::own_pid());
  m_socket = std::move(ends.first);
  m_pid = posix::fork_child([&] {
    m_socket.close();
    return NurseryProcess(std::move(ends.second), std::move(coordinator), std::move(run_worker)).run();
  });
}

Nursery::~Nursery() {
  m_socket.finish();
  if (m_pid > 0) posix::wait_for_end(m_pid);
}

bool Nursery::fork_worker(const WorkerStart& start) {
  // Without waiting: the nursery may itself wait for room to tell its news.
  std::vector<int> fds{start.slots.get()};
  for (const posix::Fd& fd : start.channel) fds.push_back(fd.get());
  return m_socket.send(ForkRequest{start.number}, fds, false) == posix::MessageSocket::Sent::whole;
}

std::optional<NurseryNews> Nursery::read_news() {
  if (m_kept.empty()) return receive();
  NurseryNews oldest = std::move(m_kept.front());
  m_kept.pop_front();
  return oldest;
}

std::optional<WorkerForked> Nursery::read_birth() {
  while (m_kept.empty() || !std::holds_alternative<NurseryEnded>(m_kept.back())) {
    auto news = receive();
    if (!news) break;
    if (auto* const forked = std::get_if<WorkerForked>(&*news)) return std::move(*forked);
    m_kept.push_back(std::move(*news));
  }
  return std::nullopt;
}

std::optional<NurseryNews> Nursery::receive() {
  NurseryReport report;
  std::vector<posix::Fd> fds;
  switch (m_socket.receive(report, fds)) {
    case posix::MessageSocket::Received::nothing_yet:
      return std::nullopt;
    case posix::MessageSocket::Received::closed:
      return NurseryEnded{};
    case posix::MessageSocket::Received::message:
      break;
  }
  switch (report.kind) {
    case NurseryReport::Kind::forked:
      if (fds.size() != 1) return NurseryEnded{};
      return WorkerForked{report.number, report.pid, posix::PidFd(std::move(fds[0]))};
    case NurseryReport::Kind::not_forked:
      return WorkerNotForked{report.number, report.error};
    case NurseryReport::Kind::inherited:
      if (m_pid > 0) posix::wait_for_end(std::exchange(m_pid, -1));
      return NurseryInherited{};
    case NurseryReport::Kind::ended:
      return WorkerEnded{
          report.number,
          {report.pid, report.signal, report.exit_code, std::chrono::microseconds(report.cpu_microseconds),
           static_cast<long>(report.peak_memory_kib)}};
  }
  return NurseryEnded{};
}

}  // namespace spritefarm
