#include "measurements/measurement.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;

/// The resources of this process that a pool could leak.
struct Resources {
  std::vector<std::string> descriptors = test::names_in("/proc/self/fd");
  std::vector<pid_t> children = test::children_of(::getpid());
  std::size_t mappings = test::proc_self_lines("maps").size();
  std::size_t shared_mappings = 0;
  std::vector<std::string> shared_memory = test::names_in("/dev/shm");

  Resources() {
    for (const std::string& line : test::proc_self_lines("maps"))
      shared_mappings += line.find(" rw-s ") != line.npos;
  }
};

using Handlers = std::array<struct sigaction, 65>;
Handlers signal_handlers() {
  Handlers handlers{};
  for (int signal = 1; signal <= 64; ++signal) ::sigaction(signal, nullptr, &handlers[signal]);
  return handlers;
}
bool same(const Handlers& a, const Handlers& b) {
  for (int signal = 1; signal <= 64; ++signal)
    if (a[signal].sa_handler != b[signal].sa_handler || a[signal].sa_flags != b[signal].sa_flags)
      return false;
  return true;
}

/// Creates a pool, crashes a worker in a call, kills an idle one and destroys the pool. Returns whether all
/// calls had the expected outcome and the signal handlers stayed the same while the pool existed.
bool cycle(const Handlers& handlers) {
  ProcessPoolExecutor pool{{.max_workers = 3}};
  bool good = false;
  std::vector<Future<int>> calls;
  for (int i = 0; i < 6; ++i) calls.push_back(pool.submit([](int x) { return x; }, i));
  Future<void> crash = pool.submit([] { ::raise(SIGABRT); });
  try {
    crash.result(60s);
  } catch (const WorkerDied&) {
    good = true;
  }
  for (int i = 0; i < 6; ++i) good = good && calls[i].result(60s) == i;
  if (const auto pids = pool.worker_pids(); !pids.empty()) ::kill(pids.front(), SIGKILL);
  return good && same(handlers, signal_handlers());
}

}  // namespace

Measured pool_cycles(const Form& form) {
  (void)::signal(SIGCHLD, [](int) {});
  (void)::signal(SIGPIPE, [](int) {});
  (void)::signal(SIGTERM, [](int) {});
  const Handlers handlers = signal_handlers();
  const int cycles = form.times(200, 20);
  int good = 0;
  // The first cycles fill the caches of thread stacks and allocators.
  for (int i = 0; i < 10; ++i) cycle(handlers);
  const Resources before;
  for (int i = 0; i < cycles; ++i) good += cycle(handlers);
  const Resources after;
  const bool kept = before.descriptors == after.descriptors && after.children == before.children &&
                    after.shared_mappings == before.shared_mappings &&
                    after.shared_memory == before.shared_memory &&
                    (sanitized || after.mappings <= before.mappings) && same(handlers, signal_handlers());
  const auto change = [](std::size_t from, std::size_t to) {
    return std::to_string(from) + " -> " + std::to_string(to);
  };
  return {good == cycles && kept,
          std::to_string(good) + " of " + std::to_string(cycles) + " cycles; descriptors " +
              change(before.descriptors.size(), after.descriptors.size()) + ", children " +
              change(before.children.size(), after.children.size()) + ", mappings " +
              change(before.mappings, after.mappings) + ", shared memory " +
              change(before.shared_memory.size() + before.shared_mappings,
                     after.shared_memory.size() + after.shared_mappings) +
              ", signal handlers " + (same(handlers, signal_handlers()) ? "untouched" : "CHANGED")};
}

}  // namespace measurements
