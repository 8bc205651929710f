#include "measurements/measurement.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

enum class State { idle, busy, ignores_sigterm, with_children, takes_a_payload, spawning, states };
constexpr int workers = 4;

void wait_for_ever() {
  while (true) ::pause();
}
void ignore_sigterm() {
  (void)::signal(SIGTERM, SIG_IGN);
  wait_for_ever();
}
void compute() {
  for (std::atomic<unsigned> turns = 0;;) ++turns;
}
/// Leaves a child and a grandchild, both of which ignore SIGTERM and SIGHUP.
int fork_twice() {
  if (::fork() == 0) {
    ::fork();
    (void)::signal(SIGTERM, SIG_IGN);
    (void)::signal(SIGHUP, SIG_IGN);
    wait_for_ever();
  }
  return 0;
}
std::size_t size_of(const std::string& payload) {
  return payload.size();
}

/// The parent to be killed. Brings its workers into `state`, writes a byte to `ready` and does not return.
[[noreturn]] void run_parent(State state, int ready) {
  ProcessPoolExecutor pool{{.max_workers = state == State::spawning ? 16 : workers}};
  std::vector<Future<void>> running;
  std::vector<Future<int>> done;
  std::vector<Future<std::size_t>> large;
  const auto all_run = [&](void (*function)()) {
    for (int i = 0; i < workers; ++i) running.push_back(pool.submit(function));
    for (const Future<void>& future : running)
      while (!future.running()) std::this_thread::sleep_for(100us);
  };
  switch (state) {
    case State::idle:
    case State::with_children:
      for (int i = 0; i < workers; ++i)
        done.push_back(state == State::idle ? pool.submit(getpid) : pool.submit(fork_twice));
      for (const Future<int>& future : done) future.result();
      break;
    case State::busy:
      all_run(compute);
      break;
    case State::ignores_sigterm:
      all_run(ignore_sigterm);
      break;
    default:
      break;
  }
  if (::write(ready, "x", 1) != 1) ::_exit(1);
  if (state == State::spawning)
    while (true) {  // every call ends its worker
      running.push_back(pool.submit([] { ::_exit(0); }));
      if (running.size() % 16 == 0) wait(running), running.clear();
    }
  if (state == State::takes_a_payload)
    while (true) pool.submit(size_of, std::string(std::size_t{64} << 20, 'x')).result();
  wait_for_ever();
  ::_exit(0);
}

/// Kills a parent, `delay` after it is ready. Returns the time until its last process has ended. All its
/// processes inherit the writing end of a pipe, so the pipe is at its end when the last of them has ended.
Clock::duration kill_parent(State state, std::chrono::microseconds delay) {
  int life[2];
  if (::pipe(life) != 0) throw std::runtime_error("no pipe");
  const pid_t parent = ::fork();
  if (parent == 0) {
    ::close(life[0]);
    run_parent(state, life[1]);
  }
  ::close(life[1]);
  const auto wait_for_pipe = [&](int milliseconds) {
    pollfd end{life[0], POLLIN, 0};
    char byte;
    if (::poll(&end, 1, milliseconds) != 1) throw std::runtime_error("a process survived its killed parent");
    return ::read(life[0], &byte, 1);
  };
  if (wait_for_pipe(60'000) != 1) throw std::runtime_error("the parent could not start its workers");
  std::this_thread::sleep_for(delay);
  const auto killed_at = Clock::now();
  ::kill(parent, SIGKILL);
  if (wait_for_pipe(30'000) != 0) throw std::runtime_error("the parent wrote twice");
  const auto took = Clock::now() - killed_at;
  ::close(life[0]);
  return took;
}

}  // namespace

Measured killed_parent(const Form& form) {
  // Orphans become children of this process.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int runs = form.times(100, 6);
  std::mt19937 random(200);
  int gone = 0, in_time = 0, all = 0;
  Clock::duration max_time{};
  for (int run = 0; run < runs; ++run)
    for (int state = 0; state < static_cast<int>(State::states); ++state) {
      ++all;
      const auto took = kill_parent(static_cast<State>(state), std::chrono::microseconds(random() % 4000));
      max_time = std::max(max_time, took);
      in_time += took <= 200ms;
      while (::waitpid(-1, nullptr, 0) > 0) {
      }
      gone += test::children_of(::getpid()).empty();
    }
  return {gone == all && (!form.full || in_time == all),
          "all gone in " + std::to_string(gone) + " runs of " + std::to_string(all) + ", within 200 ms in " +
              std::to_string(in_time) + ", the slowest after " + milliseconds(max_time)};
}

}  // namespace measurements
