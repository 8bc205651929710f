// test_shutdown: the rows for process pools only. The rows for all pools are in cpython_shutdown_test.cpp

#include "conformance/process_pools.hpp"
#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

void fail() {
  throw std::domain_error("a fault of the call");
}

}  // namespace

TEMPLATE_TEST_CASE("test_processes_terminate", "[shutdown]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 5});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(pool->submit(pass, gate.ref()));
  gate.wait_for_arrivals(3);
  const std::vector<int> pids = pool->worker_pids();
  for (const int pid : pids) CHECK(is_alive(pid));
  gate.open();
  pool->shutdown();
  for (const int pid : pids) CHECK_FALSE(is_alive(pid));
  CHECK(pool->worker_pids().empty());
  for (const auto& future : futures) CHECK(future.done());
}

// The failing call is the last of its worker, and another call waits for the next worker.
TEMPLATE_TEST_CASE("test_shutdown_gh_132969_case_1", "[shutdown]", EVERY_PROCESS_POOL) {
  {
    Gate gate;
    const auto pool = TestType::make({.max_workers = 2, .max_tasks_per_child = 1});
    const Future<int> first = pool->submit(pass, gate.ref());
    const Future<void> failing = pool->submit(fail);
    const Future<int> waiting = pool->submit(multiply, 2, 8);
    gate.wait_for_arrivals(1);
    pool->shutdown(false);
    gate.open();
    CHECK(first.result(a_minute) == 0);
    CHECK_THROWS_AS(failing.result(a_minute), std::domain_error);
    CHECK(waiting.result(a_minute) == 16);
  }
  CHECK(is_alone());
  CHECK(child_pids().empty());
}

// The failing call is the last, and no worker is left when it ends.
TEMPLATE_TEST_CASE("test_shutdown_gh_132969_case_2", "[shutdown]", EVERY_PROCESS_POOL) {
  {
    Gate gate;
    const auto pool = TestType::make({.max_workers = 2, .max_tasks_per_child = 1});
    const Future<int> first = pool->submit(pass, gate.ref());
    const Future<int> second = pool->submit(pass, gate.ref());
    const Future<void> failing = pool->submit(fail);
    gate.wait_for_arrivals(2);
    pool->shutdown(false);
    gate.open();
    CHECK(first.result(a_minute) == 0);
    CHECK(second.result(a_minute) == 0);
    CHECK_THROWS_AS(failing.result(a_minute), std::domain_error);
  }
  CHECK(is_alone());
  CHECK(child_pids().empty());
}
