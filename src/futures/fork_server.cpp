#include "futures/fork_server.hpp"

#include "base/message.hpp"
#include "futures/zygote_process.hpp"
#include "posix/epoll.hpp"
#include "posix/fork.hpp"
#include "posix/pid_fd.hpp"
#include "posix/shared_memory.hpp"
#include "posix/threads.hpp"

#include <spritefarm/process_pool_executor.hpp>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace spritefarm::futures {
namespace {

/// Asks the fork server for a zygote. Three descriptors come with it: the zygote's end of its socket, the
/// pidfd of the coordinator, and the memory with the encoded initializer, which has one byte more than
/// initializer_size.
struct ZygoteRequest {
  WorkerPlan plan;
  std::uint64_t initializer_size = 0;
};

std::unique_ptr<ForkServer>& fork_server_slot() {
  static std::unique_ptr<ForkServer> server;
  return server;
}

/// Runs an encoded call of a plain function without arguments.
void run_request(const std::string& request) {
  Decoder from(request);
  const auto entry = detail::function_entry(decode<detail::FunctionId>(from));
  Encoder no_result;
  entry(from, no_result);
}

int run_zygote(const ZygoteRequest& request, std::vector<posix::Fd> fds) {
  const posix::SharedMemory memory(std::move(fds[2]), request.initializer_size + 1);
  const std::string initializer(static_cast<const char*>(memory.data()), request.initializer_size);
  const auto run_initializer =
      initializer.empty() ? std::function<void()>() : [initializer] { run_request(initializer); };
  return ZygoteProcess(
             posix::MessageSocket(std::move(fds[0])), posix::PidFd(std::move(fds[1])),
             [&](WorkerStart start) { return run_worker(request.plan, run_initializer, std::move(start)); })
      .run();
}

/// The main function of the fork server. Returns its exit code when the program has ended.
int serve(posix::MessageSocket socket, posix::PidFd program) {
  posix::set_thread_name("fork server");
  posix::lead_own_group();
  posix::set_worker_signals();
  posix::auto_reap_children();
  posix::Epoll epoll;
  enum : std::uint64_t { request_key, program_key };
  epoll.add(socket.fd(), posix::Epoll::readable, request_key);
  epoll.add(program.fd(), posix::Epoll::readable, program_key);
  while (true) {
    std::array<posix::Epoll::Event, 2> events;
    const std::size_t count = epoll.wait(events, std::chrono::nanoseconds(-1));
    for (std::size_t i = 0; i < count; ++i) {
      if (events[i].key == program_key) return 0;
      ZygoteRequest request;
      std::vector<posix::Fd> fds;
      const auto received = socket.receive(request, fds);
      if (received == posix::MessageSocket::Received::nothing_yet) continue;
      if (received == posix::MessageSocket::Received::closed || fds.size() != 3) return 0;
      try {
        posix::fork_child([&] {
          socket.close();
          program = {};
          return run_zygote(request, std::move(fds));
        });
      } catch (const std::system_error& error) {
        report_message({"cannot fork the zygote of a pool: ", error.what()});
      }
    }
  }
}

}  // namespace

void ForkServer::prepare() {
  if (!instance()) fork_server_slot() = std::make_unique<ForkServer>();
}

ForkServer* ForkServer::instance() noexcept {
  ForkServer* const server = fork_server_slot().get();
  return server && server->m_generation == posix::fork_generation() ? server : nullptr;
}

ForkServer::ForkServer() : m_generation(posix::fork_generation()) {
  if (const int threads = posix::count_threads_that_stay(); threads > 1)
    throw std::logic_error("prepare_to_fork() must be called before the program starts threads (it has " +
                           std::to_string(threads) + " now)");
  auto ends = posix::MessageSocket::make_pair();
  auto program = posix::PidFd::open(posix::current_pid());
  m_socket = std::move(ends.first);
  m_pid = posix::fork_child([&] {
    m_socket.close();
    return serve(std::move(ends.second), std::move(program));
  });
}

ForkServer::~ForkServer() {
  if (m_generation != posix::fork_generation()) return;  // a forked child
  m_socket.close();
  posix::wait_for_end(m_pid);
}

posix::MessageSocket ForkServer::start_zygote(const WorkerPlan& plan, const std::string& initializer) {
  const posix::SharedMemory memory(initializer.size() + 1);
  std::memcpy(memory.data(), initializer.data(), initializer.size());
  auto [coordinator_end, zygote_end] = posix::MessageSocket::make_pair();
  const auto coordinator = posix::PidFd::open(posix::current_pid());
  const std::lock_guard lock(m_mutex);
  m_socket.send(ZygoteRequest{plan, initializer.size()},
                std::array{zygote_end.fd(), coordinator.fd(), memory.fd().get()});
  return std::move(coordinator_end);
}

}  // namespace spritefarm::futures

namespace spritefarm {

void prepare_to_fork() {
  futures::ForkServer::prepare();
}

}  // namespace spritefarm
