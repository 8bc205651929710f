// Rows from the tests of other process pools for Python: pebble, loky, deadpool

#include "conformance/faulty.hpp"
#include "conformance/process_pools.hpp"
#include "posix/fd.hpp"
#include "posix/pipe.hpp"
#include "posix/process_memory.hpp"
#include "support/catch.hpp"
#include "support/subprocess.hpp"
#include "system/child_process.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

void block() {
  while (true) ::pause();
}
void ignore_sigterm_and_block() {
  (void)std::signal(SIGTERM, SIG_IGN);
  block();
}
int kill_all_at_gate(GateRef gate, const std::vector<int>& pids) {
  gate.pass();
  for (const int pid : pids) ::kill(pid, SIGKILL);
  block();
  return 0;
}
std::size_t length(const std::string& data) {
  return data.size();
}
int take_slow(const SlowAtBoth&, int i) {
  return i;
}
SlowAtBoth give_slow() {
  return {};
}

/// Blocks, after it has forked a child that does the same and forks a grandchild. Each process writes its pid
/// to the pipe.
void block_in_three_generations(int pipe) {
  for (int forks_left = 2;; --forks_left) {
    const pid_t pid = ::getpid();
    if (::write(pipe, &pid, sizeof pid) != sizeof pid) ::_exit(1);
    if (forks_left == 0 || ::fork() != 0) block();
  }
}

std::vector<int> read_pids(const posix::Pipe& pipe, int count) {
  std::vector<int> pids;
  while (static_cast<int>(pids.size()) < count) {
    pid_t pid = 0;
    if (::read(pipe.read_end.get(), &pid, sizeof pid) != sizeof pid) return {};
    pids.push_back(pid);
  }
  return pids;
}

/// Leaks this number of bytes. Returns the pid.
int leak(std::size_t bytes) {
  static std::vector<std::string> leaked;
  leaked.emplace_back(bytes, 'x');
  return ::getpid();
}

/// The memory of the test, which each worker inherits.
std::size_t memory_now() {
  return posix::resident_memory(::getpid()).value();
}

const std::string large(std::size_t{32} << 20, 'a');

}  // namespace

// ---- pebble -----------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("test_process_pool_ignoring_sigterm", "[others][pebble]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 1, .terminate_grace = 20ms});
  CHECK_THROWS_AS(pool->submit(TaskOptions{.timeout = 50ms}, ignore_sigterm_and_block).result(a_minute),
                  TimeoutError);
  CHECK(is_usable(*pool));
  CHECK(pool->worker_deaths() == 0);  // the pool ended the worker
}

TEMPLATE_TEST_CASE("test_process_pool_expired_worker", "[others][pebble]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 1});
  const int expired = pool->submit(worker_pid).result(a_minute);
  const std::exception_ptr exception = pool->submit(exit_at_once).exception(a_minute);
  REQUIRE(exception);
  try {
    std::rethrow_exception(exception);
  } catch (const WorkerDied& died) {
    CHECK(died.how().pid == expired);
    CHECK(died.how().exit_code == 99);
  }
  // A worker that dies while it is idle is replaced too.
  const int idle = pool->submit(worker_pid).result(a_minute);
  ::kill(idle, SIGKILL);
  REQUIRE(eventually([&pool] { return pool->worker_deaths() == 2; }));
  CHECK(is_usable(*pool));
}

TEMPLATE_TEST_CASE("test_process_pool_timeout_callback", "[others][pebble]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 1});
  Event called;
  std::exception_ptr seen;
  const Future<void> future = pool->submit(TaskOptions{.timeout = 50ms}, block);
  future.add_done_callback([&](const Future<void>& done) {
    seen = done.exception();
    called.set();
  });
  REQUIRE(called.wait(a_minute));
  REQUIRE(seen);
  CHECK_THROWS_AS(std::rethrow_exception(seen), TimeoutError);
  CHECK(is_usable(*pool));
}

TEMPLATE_TEST_CASE("test_process_pool_stop_large_data", "[others][pebble]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(true, false);
  {
    Gate gate;
    const auto pool = TestType::make({.max_workers = 1});
    const Future<int> running = pool->submit(pass, gate.ref());
    const Future<std::size_t> in_the_pipe = pool->submit(length, large);
    const Future<std::size_t> behind_it = pool->submit(length, large);
    gate.wait_for_arrivals(1);
    kill ? pool->kill_workers() : pool->terminate_workers();
    CHECK_THROWS_AS(running.result(0s), BrokenProcessPool);
    CHECK_THROWS_AS(in_the_pipe.result(0s), BrokenProcessPool);
    CHECK_THROWS_AS(behind_it.result(0s), BrokenProcessPool);
  }
  CHECK(child_pids().empty());
}

TEMPLATE_TEST_CASE("test_pool_deadlock_stop_cancel", "[others][pebble]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(true, false);
  {
    Gate gate;
    const auto pool = TestType::make({.max_workers = 1});
    const Future<int> running = pool->submit(pass, gate.ref());
    gate.wait_for_arrivals(1);
    std::vector<Future<std::size_t>> futures;
    for (int i = 0; i < 4; ++i) futures.push_back(pool->submit(length, large));
    for (auto& future : futures) CHECK(future.cancel());
    if (kill) {
      pool->kill_workers();
      CHECK_THROWS_AS(running.result(0s), BrokenProcessPool);
    } else {
      gate.open();
      pool->shutdown();
      CHECK(running.result(0s) == 0);
    }
    for (const auto& future : futures) CHECK(future.cancelled());
  }
  CHECK(child_pids().empty());
}

// ---- loky -------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("test_crash_races", "[others][loky]", EVERY_PROCESS_POOL) {
  const int workers = GENERATE(1, 2, 5);
  for (int round = 0; round < 5; ++round) {
    Gate arrivals, gate;
    const auto pool = TestType::make({.max_workers = workers});
    std::vector<Future<int>> futures;
    for (int i = 0; i < workers; ++i) futures.push_back(pool->submit(pass, arrivals.ref()));
    arrivals.wait_for_arrivals(workers);  // one at each worker
    const std::vector<int> pids = pool->worker_pids();
    // Each worker kills all workers when the gate opens.
    for (int i = 0; i < workers; ++i) futures.push_back(pool->submit(kill_all_at_gate, gate.ref(), pids));
    arrivals.open();
    gate.wait_for_arrivals(workers);
    for (int i = 0; i < workers; ++i)
      gate.open();  // for each: one that is killed in the gate does not open it for the next
    for (int i = 0; i < workers; ++i) CHECK(futures[static_cast<std::size_t>(i)].result(a_minute) == 0);
    for (int i = workers; i < 2 * workers; ++i)
      CHECK_THROWS_AS(futures[static_cast<std::size_t>(i)].result(a_minute), WorkerDied);
    CHECK(is_usable(*pool));
    CHECK(pool->worker_deaths() == workers);
  }
}

TEMPLATE_TEST_CASE("test_in_callback_submit_with_crash", "[others][loky]", EVERY_PROCESS_POOL) {
  Event called;
  Future<int> second;
  Gate gate;
  const auto pool = TestType::make({.max_workers = 2});
  const Future<void> crashing = pool->submit(crash_at_gate, gate.ref());
  crashing.add_done_callback([&](const Future<void>&) {
    second = pool->submit(multiply, 3, 7);
    called.set();
  });
  gate.open();
  REQUIRE(called.wait(a_minute));
  CHECK(second.result(a_minute) == 21);
}

TEMPLATE_TEST_CASE("test_callback_crash_on_submit", "[others][loky]", EVERY_PROCESS_POOL) {
  Event called;
  std::array<Future<void>, 3> seconds;
  Gate gate;
  const auto pool = TestType::make({.max_workers = 2});
  const Future<int> first = pool->submit(pass, gate.ref());
  first.add_done_callback([&](const Future<int>&) {
    seconds = {pool->submit(crash), pool->submit(take_faulty<ErrorAtEncode>, ErrorAtEncode()),
               pool->submit(take_faulty<CrashAtDecode>, CrashAtDecode())};
    called.set();
    throw std::runtime_error("thrown by a callback, on purpose");
  });
  gate.open();
  REQUIRE(called.wait(a_minute));
  CHECK_THROWS_AS(seconds[0].result(a_minute), WorkerDied);
  CHECK_THROWS_AS(seconds[1].result(a_minute), std::domain_error);
  CHECK_THROWS_AS(seconds[2].result(a_minute), WorkerDied);
  CHECK(is_usable(*pool));
}

TEMPLATE_TEST_CASE("test_queue_full_deadlock", "[others][loky]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 1});
  const Future<int> first = pool->submit(pass, gate.ref());
  std::vector<Future<void>> failing;
  std::vector<Future<int>> others;
  for (int i = 0; i < 100; ++i) {
    failing.push_back(pool->submit(take_faulty<ErrorAtEncode>, ErrorAtEncode()));
    failing.push_back(pool->submit(take_faulty<ErrorAtDecode>, ErrorAtDecode()));
    others.push_back(pool->submit(multiply, i, 2));
  }
  gate.open();
  for (const auto& future : failing) CHECK_THROWS_AS(future.result(a_minute), std::domain_error);
  for (int i = 0; i < 100; ++i) CHECK(others[static_cast<std::size_t>(i)].result(a_minute) == 2 * i);
}

// The workers of loky end after an idle time that is shorter than the encoding. Here they end after each
// call.
TEMPLATE_TEST_CASE("test_worker_timeout_with_slowly_pickling_objects", "[others][loky]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 2, .max_tasks_per_child = 1});
  std::vector<Future<int>> futures;
  std::vector<Future<SlowAtBoth>> results;
  for (int i = 0; i < 5; ++i) {
    futures.push_back(pool->submit(take_slow, SlowAtBoth(), i));
    results.push_back(pool->submit(give_slow));
  }
  for (int i = 0; i < 5; ++i) CHECK(futures[static_cast<std::size_t>(i)].result(a_minute) == i);
  for (const auto& result : results) CHECK_FALSE(result.exception(a_minute));
}

TEMPLATE_TEST_CASE("test_sigkill_shutdown_leaks_workers", "[others][loky]", EVERY_PROCESS_POOL) {
  const posix::Pipe pipe = posix::Pipe::make();
  std::vector<int> pids;
  {
    system::ChildProcess coordinator([&pipe](system::ParentLine& line) {
      Gate gate;
      const auto pool = TestType::make({.max_workers = 4});
      const Future<int> idle = pool->submit(pass, gate.ref());
      const Future<void> busy = pool->submit(block);
      const Future<void> stubborn = pool->submit(ignore_sigterm_and_block);
      const Future<void> with_children = pool->submit(block_in_three_generations, pipe.write_end.get());
      gate.wait_for_arrivals(1);
      gate.open();
      idle.result(a_minute);
      for (const auto* future : {&busy, &stubborn, &with_children})
        if (!eventually([future] { return future->running(); })) return 1;
      std::string told;
      for (const int pid : pool->worker_pids()) told += std::to_string(pid) + ' ';
      for (const int pid : child_pids()) told += std::to_string(pid) + ' ';
      line.send(told);
      line.wait_for_end();
      return 0;
    });
    std::istringstream told(coordinator.receive().value_or(""));
    for (int pid = 0; told >> pid;) pids.push_back(pid);
    CHECK(pids.size() == 7);  // four workers, a zygote, two standbys
    for (const int pid : read_pids(pipe, 3)) pids.push_back(pid);
    CHECK(pids.size() == 10);
    for (const int pid : pids) CHECK(is_alive(pid));
  }  // SIGKILL
  CHECK(all_end(pids));
}

TEMPLATE_TEST_CASE("test_memory_leak_protection", "[others][loky]", EVERY_PROCESS_POOL) {
  constexpr std::size_t each = std::size_t{4} << 20;
  const auto pool = TestType::make({.max_workers = 1, .max_rss = memory_now() + 40 * each});
  std::set<int> pids;
  for (int i = 0; i < 150; ++i) pids.insert(pool->submit(leak, each).result(a_minute));
  CHECK(pids.size() >= 3);
  CHECK(pool->worker_deaths() == 0);
}

// ---- deadpool ---------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("test_sub_sub_process", "[others][deadpool]", EVERY_PROCESS_POOL) {
  const posix::Pipe pipe = posix::Pipe::make();
  const auto pool = TestType::make({.max_workers = 1});
  Future<void> future = pool->submit(block_in_three_generations, pipe.write_end.get());
  const std::vector<int> pids = read_pids(pipe, 3);
  CHECK(std::set<int>(pids.begin(), pids.end()).size() == 3);
  for (const int pid : pids) CHECK(is_alive(pid));
  CHECK(future.terminate());
  CHECK(all_end(pids));
  CHECK(is_usable(*pool));
}

TEMPLATE_TEST_CASE("test_max_memory", "[others][deadpool]", EVERY_PROCESS_POOL) {
  constexpr std::size_t more = std::size_t{200} << 20;
  const auto pool = TestType::make({.max_workers = 1, .max_rss = memory_now() + more});
  const int first = pool->submit(leak, std::size_t{1}).result(a_minute);
  CHECK(pool->submit(leak, 2 * more).result(a_minute) ==
        first);  // exceeds the limit: the last call of this worker
  CHECK(pool->submit(worker_pid).result(a_minute) != first);
  CHECK(pool->worker_deaths() == 0);
}

// deadpool reports the pid of a task. Here worker_pids() contains it while the call runs, and WorkerDied has
// it afterwards.
TEMPLATE_TEST_CASE("test_pid_callback", "[others][deadpool]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 1});
  const Future<int> future = pool->submit(pass, gate.ref());
  gate.wait_for_arrivals(1);
  const std::vector<int> pids = pool->worker_pids();
  ::kill(pids[0], SIGKILL);
  const std::exception_ptr exception = future.exception(a_minute);
  REQUIRE(exception);
  try {
    std::rethrow_exception(exception);
  } catch (const WorkerDied& died) {
    CHECK(died.how().pid == pids[0]);
    CHECK(died.how().signal == SIGKILL);
  }
}

// A C++ fault that Python cannot have.
TEST_CASE("a pool at namespace scope says where to construct it", "[Processes]") {
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "pool_at_namespace_scope";
  const Outcome outcome = run({{program.string()}, {}, {}});
  CHECK(outcome.signal == SIGABRT);
  CHECK(outcome.err.find("make it a local object of main()") != std::string::npos);
}
