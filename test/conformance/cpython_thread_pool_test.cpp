// test_thread_pool.ThreadPoolExecutorTest

#include "conformance/executors.hpp"
#include "conformance/scenario.hpp"
#include "support/catch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

int current_thread_id() {
  return static_cast<int>(::syscall(SYS_gettid));
}
int thread_id_at_gate(GateRef gate) {
  gate.pass();
  return current_thread_id();
}
int arrive(int x, GateRef gate) {
  gate.arrive();
  return x;
}

/// True if the kernel reports a thread of this process as sleeping.
bool sleeps(int thread) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(") ");
  return name_end != std::string::npos && text[name_end + 2] == 'S';
}

/// The ids of the threads that run `calls` calls. All calls wait until `expected` of them run, so a thread
/// too many is found.
std::set<int> threads_of(ThreadPoolExecutor& executor, int calls, int expected) {
  Gate gate;
  std::vector<Future<int>> futures;
  for (int i = 0; i < calls; ++i) futures.push_back(executor.submit(thread_id_at_gate, gate.ref()));
  gate.wait_for_arrivals(expected);
  gate.open();
  std::set<int> threads;
  for (const Future<int>& future : futures) threads.insert(future.result(a_minute));
  return threads;
}

}  // namespace

TEMPLATE_TEST_CASE("test_map_submits_without_iteration", "[thread_pool]", EVERY_EXECUTOR) {
  Gate gate;
  const auto executor = TestType::make();
  const std::vector<int> items{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto results = executor->map(arrive, items, std::vector<GateRef>(items.size(), gate.ref()));
  executor->shutdown();
  CHECK(gate.arrived() == 10);
}

TEST_CASE("test_default_workers", "[thread_pool]") {
  ThreadPoolExecutor executor;
  const int expected = std::min(32, static_cast<int>(std::thread::hardware_concurrency()) + 4);
  CHECK(threads_of(executor, 40, expected).size() == static_cast<std::size_t>(expected));
}

TEMPLATE_TEST_CASE("test_saturation", "[thread_pool]", Threads) {
  const int workers = 4;
  const auto executor = TestType::make({.max_workers = workers});
  CHECK(threads_of(*executor, 15 * workers, workers).size() == workers);
}

TEST_CASE("test_idle_thread_reuse", "[thread_pool]") {
  ThreadPoolExecutor executor;
  std::set<int> threads;
  for (int i = 0; i < 3; ++i) {
    threads.insert(executor.submit(current_thread_id).result(a_minute));
    // A thread delivers a result before it is idle. So the next call is sequential only when the thread
    // sleeps.
    CHECK(eventually([&] { return sleeps(*threads.begin()); }));
  }
  CHECK(threads.size() == 1);
}

// Python forks a process with busy threads, at the risk described in bpo-45021. Here the fork server forks
// the pools, and without prepare_to_fork() the constructor throws.
TEST_CASE("test_hang_global_shutdown_lock", "[thread_pool]") {
  const Outcome outcome = run_scenario(Threads::name, "pools-beside-busy-threads");
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "20\n");
  CHECK(outcome.exit_status == 0);

  const auto busy = Threads::make({.max_workers = 1});
  const Future<void> refused = busy->submit([] { Processes::make({.max_workers = 1}); });
  CHECK_THROWS_AS(refused.result(a_minute), std::logic_error);
  CHECK(message_of(refused.exception()).find("prepare_to_fork()") != std::string::npos);
}

TEST_CASE("test_process_fork_from_a_threadpool", "[thread_pool]") {
  const bool bare = GENERATE(true, false);
  const Outcome outcome = run_scenario(Threads::name, bare ? "fork-in-a-call" : "pool-in-a-call");
  CHECK(outcome.err.empty());
  CHECK(outcome.out == (bare ? "0\n" : "42\n"));
  CHECK(outcome.exit_status == 0);
}

TEMPLATE_TEST_CASE("test_executor_map_current_future_cancel", "[thread_pool]", EVERY_POOL) {
  Gate gate;
  auto executor = TestType::make({.max_workers = 1});
  const Future<int> first = executor->submit(pass, gate.ref());
  gate.wait_for_arrivals(1);
  {
    auto results = executor->map(pass, std::vector<GateRef>(2, gate.ref()), {.timeout = 0s});
    CHECK_THROWS_AS(results.next(), TimeoutError);
  }
  gate.open();
  CHECK(first.result(a_minute) == 0);
  executor.reset();
  CHECK(gate.arrived() == 1);  // neither call of the map has run
}
