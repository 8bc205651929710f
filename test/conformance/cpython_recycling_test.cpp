// test_process_pool: workers that end after max_tasks_per_child calls and are replaced

#include "conformance/captured_stderr.hpp"
#include "conformance/process_pools.hpp"
#include "support/catch.hpp"
#include "system/child_process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <set>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

/// Limits do not apply to root. Becomes a user without other processes.
void become_subject_to_limits() {
  constexpr uid_t nobody_else = 54'321;
  if (::geteuid() == 0 && ::setresuid(nobody_else, nobody_else, nobody_else) == 0)
    ::prctl(PR_SET_DUMPABLE, 1);
}

std::vector<Future<int>> submit_many(ProcessPoolExecutor& pool, int count) {
  std::vector<Future<int>> futures;
  for (int i = 0; i < count; ++i) futures.push_back(pool.submit(multiply, i, 2));
  return futures;
}

/// The number of futures with the correct result.
int count_results(const std::vector<Future<int>>& futures) {
  int results = 0;
  for (std::size_t i = 0; i < futures.size(); ++i)
    if (!futures[i].exception(a_minute)) results += futures[i].result() == 2 * static_cast<int>(i);
  return results;
}

}  // namespace

TEMPLATE_TEST_CASE("test_max_tasks_per_child", "[process_pool]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 1, .max_tasks_per_child = 3});
  const int first = pool->submit(worker_pid).result(a_minute);
  CHECK(pool->submit(worker_pid).result(a_minute) == first);
  CHECK(pool->submit(worker_pid).result(a_minute) == first);
  const int second = pool->submit(worker_pid).result(a_minute);
  CHECK(second != first);
  CHECK(pool->submit(worker_pid).result(a_minute) == second);
  CHECK(all_end({first}));
  CHECK(pool->worker_deaths() == 0);
}

TEMPLATE_TEST_CASE("test_max_tasks_per_child_pending_tasks_gh115634", "[process_pool]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 1, .max_tasks_per_child = 2});
  const Future<int> first = pool->submit(pass, gate.ref());
  gate.wait_for_arrivals(1);
  const auto backlog = submit_many(*pool, 50);
  gate.open();
  CHECK(first.result(a_minute) == 0);
  CHECK(count_results(backlog) == 50);
}

TEMPLATE_TEST_CASE("test_max_tasks_early_shutdown", "[process_pool]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 3, .max_tasks_per_child = 1});
  const auto futures = submit_many(*pool, 15);
  pool->shutdown();
  CHECK(count_results(futures) == 15);
  CHECK(pool->worker_pids().empty());
}

TEMPLATE_TEST_CASE("test_shutdown_no_wait_max_tasks_gh119592", "[process_pool]", EVERY_PROCESS_POOL) {
  {
    Gate gate;
    const auto pool = TestType::make({.max_workers = 2, .max_tasks_per_child = 1});
    const Future<int> first = pool->submit(pass, gate.ref());
    gate.wait_for_arrivals(1);
    const auto futures = submit_many(*pool, 10);
    pool->shutdown(false);
    gate.open();
    CHECK(first.result(a_minute) == 0);
    CHECK(count_results(futures) == 10);
    CHECK(eventually([&pool] { return pool->worker_pids().empty(); }));
  }
  CHECK(is_alone());
  CHECK(child_pids().empty());
}

// Python destroys the executor without waiting, and the futures must fail. Here the destructor waits, and
// they succeed. After shutdown(false, true), which is closest to Python, they succeed or are cancelled.
TEMPLATE_TEST_CASE("test_gc_during_max_tasks_worker_exit_gh152967", "[process_pool]", EVERY_PROCESS_POOL) {
  const bool wait = GENERATE(true, false);
  std::vector<Future<int>> futures;
  {
    const auto pool = TestType::make({.max_workers = 2, .max_tasks_per_child = 1});
    futures = submit_many(*pool, 20);
    futures.front().result(a_minute);  // its worker ends now
    if (!wait) pool->shutdown(false, true);
  }
  if (wait) {
    CHECK(count_results(futures) == 20);
  } else {
    for (const Future<int>& future : futures) {
      CHECK(test::eventually([&future] { return future.done(); }));
      if (!future.cancelled()) CHECK_FALSE(future.exception(a_minute));
    }
  }
  CHECK(is_alone());
  CHECK(child_pids().empty());
}

TEMPLATE_TEST_CASE("test_force_shutdown_during_max_tasks_worker_exit", "[process_pool]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(true, false);
  Gate starts;
  const auto pool = TestType::make(
      {.max_workers = 2, .initializer = [&starts] { starts.ref().arrive(); }, .max_tasks_per_child = 1});
  const auto futures = submit_many(*pool, 100);
  starts.wait_for_arrivals(4);  // some workers have ended, or are about to, and others take their place
  kill ? pool->kill_workers() : pool->terminate_workers();
  const int started = starts.arrived();
  for (const Future<int>& future : futures) CHECK(future.done());
  CHECK(pool->worker_pids().empty());
  if (const pid_t zygote = child_named(::getpid(), "zygote")) CHECK(children_of(zygote).empty());
  CHECK_THROWS_AS(pool->submit(multiply, 2, 8), BrokenProcessPool);
  CHECK(starts.arrived() == started);
}

TEMPLATE_TEST_CASE("test_failed_worker_replacement_breaks_pool", "[process_pool]", EVERY_PROCESS_POOL) {
  Gate gate;
  system::ChildProcess child([&gate](system::ParentLine& line) {
    const CapturedStderr captured;
    become_subject_to_limits();
    const auto pool = TestType::make({.max_workers = 1, .max_tasks_per_child = 1});
    const Future<int> first = pool->submit(pass, gate.ref());
    const auto waiting = submit_many(*pool, 3);
    gate.wait_for_arrivals(1);
    const rlimit none{0, 0};
    const pid_t zygote = child_named(::getpid(), "zygote");
    if (zygote == 0 || ::prlimit(zygote, RLIMIT_NPROC, &none, nullptr) != 0) return 1;
    gate.open();
    line.send(std::to_string(first.result(a_minute)));
    for (const auto& future : waiting) line.send(message_of(future.exception(a_minute)));
    try {
      pool->submit(multiply, 2, 8);
    } catch (const BrokenProcessPool& broken) {
      line.send(broken.what());
    }
    pool->shutdown();
    // It tries once while the last worker ends, once more when it has ended; not all the time.
    const std::string logged = captured.text();
    int attempts = 0;
    for (std::size_t at = 0; (at = logged.find("could not be forked", at)) != std::string::npos; ++at)
      ++attempts;
    line.send(attempts == 1 || attempts == 2 ? "ended" : logged);
    return 0;
  });
  CHECK(child.receive() == "0");
  for (int i = 0; i < 4; ++i) {
    const std::string message = child.receive().value_or("nothing");
    CAPTURE(message);
    CHECK(message.find("could be started") != std::string::npos);
  }
  CHECK(child.receive() == "ended");
}
