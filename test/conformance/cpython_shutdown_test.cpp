// test_shutdown

#include "conformance/executors.hpp"
#include "conformance/scenario.hpp"
#include "support/catch.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

const std::vector<int> items{-5, -4, -3, -2, -1, 0, 1, 2, 3, 4};
const std::vector<int> absolutes{5, 4, 3, 2, 1, 0, 1, 2, 3, 4};

// The ids of the workers of an executor, and whether they have ended.
std::vector<int> threads_named(const std::string& prefix) {
  std::vector<int> threads;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    if (std::getline(file, name) && name.starts_with(prefix))
      threads.push_back(std::stoi(task.path().filename()));
  }
  return threads;
}
std::vector<int> workers_of(const ThreadPoolExecutor&) {
  return threads_named("ThreadPool_");
}
std::vector<int> workers_of(const ProcessPoolExecutor& executor) {
  return executor.worker_pids();
}
bool all_threads_gone(const std::vector<int>& threads) {
  return std::none_of(threads.begin(), threads.end(), [](int thread) {
    return std::filesystem::exists("/proc/self/task/" + std::to_string(thread));
  });
}
bool all_gone(const ThreadPoolExecutor*, const std::vector<int>& workers) {
  return all_threads_gone(workers);
}
bool all_gone(const ProcessPoolExecutor*, const std::vector<int>& workers) {
  return std::none_of(workers.begin(), workers.end(), [](int worker) { return ::kill(worker, 0) == 0; });
}
#ifdef SPRITEFARM_WITH_CLUSTER
// The workers belong to the nodes and stay. The executor has a thread.
std::vector<int> workers_of(const ClusterExecutor&) {
  return threads_named("sf cluster");
}
bool all_gone(const ClusterExecutor*, const std::vector<int>& threads) {
  return all_threads_gone(threads);
}
#endif

std::string thread_name_at_gate(GateRef gate) {
  gate.pass();
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  return name.data();
}

/// The names of all threads of a pool of five.
std::set<std::string> thread_names(ThreadPoolExecutor& executor) {
  Gate gate;
  std::vector<Future<std::string>> futures;
  for (int i = 0; i < 5; ++i) futures.push_back(executor.submit(thread_name_at_gate, gate.ref()));
  gate.wait_for_arrivals(5);
  gate.open();
  std::set<std::string> names;
  for (const auto& future : futures) names.insert(future.result(a_minute));
  return names;
}

std::set<std::string> numbered(const std::string& prefix) {
  std::set<std::string> names;
  for (int i = 0; i < 5; ++i) names.insert(prefix + std::to_string(i));
  return names;
}

}  // namespace

TEMPLATE_TEST_CASE("test_run_after_shutdown", "[shutdown]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  executor->shutdown();
  CHECK_THROWS_AS(executor->submit(multiply, 2, 5), std::runtime_error);
}

TEMPLATE_TEST_CASE("test_interpreter_shutdown", "[shutdown]", EVERY_POOL) {
  const Outcome outcome = run_scenario(TestType::name, "exit-without-shutdown");
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "apple\napple\napple\n");
  CHECK(outcome.exit_status == 0);
}

TEMPLATE_TEST_CASE("test_submit_after_interpreter_shutdown", "[shutdown]", EVERY_POOL) {
  const Outcome outcome = run_scenario(TestType::name, "submit-at-exit");
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "runtime-error\n");
  CHECK(outcome.exit_status == 0);
}

TEMPLATE_TEST_CASE("test_hang_issue12364", "[shutdown]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  std::vector<Future<int>> futures;
  for (int i = 0; i < 50; ++i) futures.push_back(executor->submit(multiply, i, 2));
  executor->shutdown();
  for (int i = 0; i < 50; ++i) {
    const Future<int>& future = futures[static_cast<std::size_t>(i)];
    CHECK(future.done());
    CHECK(future.result(a_minute) == 2 * i);
  }
}

TEMPLATE_TEST_CASE("test_cancel_futures", "[shutdown]", EVERY_POOL) {
  Gate gate;
  const auto executor = TestType::make();
  std::vector<Future<int>> futures;
  for (int i = 0; i < 50; ++i) futures.push_back(executor->submit(pass, gate.ref()));
  gate.wait_for_arrivals(worker_count);
  // The workers are blocked until the cancellation of the last call opens the gate.
  futures.back().add_done_callback([&gate](const Future<int>&) { gate.open(); });
  executor->shutdown(true, true);
  int cancelled = 0, finished = 0;
  for (const Future<int>& future : futures) {
    CHECK(future.done());
    if (future.cancelled())
      ++cancelled;
    else
      finished += future.exception() == nullptr;
  }
  CHECK(cancelled > 20);
  CHECK(finished >= worker_count);
  CHECK(cancelled + finished == 50);
}

TEMPLATE_TEST_CASE("test_hang_gh83386", "[shutdown]", EVERY_POOL) {
  const Outcome outcome = run_scenario(TestType::name, "shutdown-without-wait");
  CHECK(outcome.err.empty());
  CHECK(outcome.out == "destroyed\napple\n");
  CHECK(outcome.exit_status == 0);
}

TEMPLATE_TEST_CASE("test_hang_gh94440", "[shutdown]", EVERY_EXECUTOR) {
  const auto executor = TestType::make({.max_workers = 1});
  executor->submit(multiply, 1, 1).result(a_minute);
  Future<int> future = executor->submit(multiply, 1, 1);
  future.cancel();
  executor->shutdown();
  CHECK(future.done());
}

TEST_CASE("test_threads_terminate", "[shutdown]") {
  Gate gate;
  const auto executor = Threads::make({.max_workers = 5});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(executor->submit(pass, gate.ref()));
  gate.wait_for_arrivals(3);
  const std::vector<int> workers = workers_of(*executor);
  CHECK(workers.size() == 3);
  gate.open();
  executor->shutdown();
  CHECK(eventually([&] { return all_gone(executor.get(), workers); }));
}

TEMPLATE_TEST_CASE("test_context_manager_shutdown", "[shutdown]", EVERY_POOL) {
  std::vector<int> workers;
  {
    const auto executor = TestType::make({.max_workers = 5});
    std::vector<int> results;
    for (const int result : executor->map(absolute, items)) results.push_back(result);
    CHECK(results == absolutes);
    workers = workers_of(*executor);
  }
  CHECK(!workers.empty());
  const typename TestType::Executor* const gone = nullptr;
  CHECK(eventually([&] { return all_gone(gone, workers); }));
}

// Uses submit(), because the results of map() must not outlive the executor.
TEMPLATE_TEST_CASE("test_del_shutdown", "[shutdown]", EVERY_POOL) {
  Gate gate;
  auto executor = TestType::make({.max_workers = 5});
  const Future<int> running = executor->submit(pass, gate.ref());
  gate.wait_for_arrivals(1);
  std::vector<Future<int>> futures;
  for (const int item : items) futures.push_back(executor->submit(absolute, item));
  const std::vector<int> workers = workers_of(*executor);
  gate.open();
  executor.reset();

  CHECK(!workers.empty());
  const typename TestType::Executor* const gone = nullptr;
  CHECK(eventually([&] { return all_gone(gone, workers); }));
  CHECK(running.done());
  for (std::size_t i = 0; i < futures.size(); ++i) {
    CHECK(futures[i].done());
    CHECK(futures[i].result(a_minute) == absolutes[i]);
  }
}

TEMPLATE_TEST_CASE("test_shutdown_no_wait", "[shutdown]", EVERY_POOL) {
  Gate gate;
  const auto executor = TestType::make({.max_workers = 5});
  const Future<int> running = executor->submit(pass, gate.ref());
  gate.wait_for_arrivals(1);
  auto results = executor->map(absolute, items);
  const std::vector<int> workers = workers_of(*executor);
  executor->shutdown(false);
  CHECK(!running.done());
  gate.open();

  CHECK(!workers.empty());
  CHECK(eventually([&] { return all_gone(executor.get(), workers); }));  // while the executor lives
  for (const int expected : absolutes) CHECK(results.next() == expected);
  CHECK(results.next() == std::nullopt);
  CHECK(running.result(a_minute) == 0);
}

TEST_CASE("test_thread_names_assigned", "[shutdown]") {
  ThreadPoolExecutorOptions options;
  options.max_workers = 5;
  options.thread_name_prefix = "SpecialPool";
  ThreadPoolExecutor executor{options};
  CHECK(thread_names(executor) == numbered("SpecialPool_"));
}

TEST_CASE("test_thread_names_default", "[shutdown]") {
  const auto executor = Threads::make({.max_workers = 5});
  CHECK(thread_names(*executor) == numbered("ThreadPool_"));
}

TEMPLATE_TEST_CASE("test_cancel_futures_wait_false", "[shutdown]", EVERY_POOL) {
  const Outcome outcome = run_scenario(TestType::name, "cancel-without-wait");
  CHECK(outcome.err.empty());
  CHECK((outcome.out == "apple\n" || outcome.out.empty()));
  CHECK(outcome.exit_status == 0);
}
