#include "posix/end_processes.hpp"

#include "posix/check.hpp"
#include "posix/epoll.hpp"
#include "posix/pid_fd.hpp"

#include <signal.h>

#include <array>
#include <map>
#include <utility>

namespace spritefarm::posix {

void end_processes(const std::vector<int>& pids, std::chrono::milliseconds longest) {
  Epoll epoll;
  std::map<std::uint64_t, PidFd> living;
  for (const int pid : pids) try {
      PidFd process = PidFd::open(pid);
      epoll.add(process.fd(), Epoll::readable, static_cast<std::uint64_t>(pid));
      process.send_signal(SIGTERM);
      living.emplace(pid, std::move(process));
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::no_such_process) throw;
    }

  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + longest;
  while (!living.empty() && Clock::now() < deadline) {
    std::array<Epoll::Event, 16> ended;
    const std::size_t count = epoll.wait(ended, deadline - Clock::now());
    for (std::size_t i = 0; i < count; ++i) {
      epoll.remove(living.at(ended[i].key).fd());
      living.erase(ended[i].key);
    }
  }
}

}  // namespace spritefarm::posix
