// test_process_pool: terminate_workers() and kill_workers()

#include "conformance/process_pools.hpp"
#include "support/catch.hpp"

#include <csignal>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

GateRef terminations;

void end_workers(ProcessPoolExecutor& pool, bool kill) {
  kill ? pool.kill_workers() : pool.terminate_workers();
}

void pass_both(GateRef first, GateRef second) {
  first.pass();
  second.arrive();
}

/// Ends two busy workers that count SIGTERM and continue. Returns their count.
template <typename Pools>
int count_terminations(bool kill) {
  Gate gate, terminated;
  const GateRef told = terminated.ref();
  const auto pool = Pools::make({.max_workers = 2,
                                 .initializer =
                                     [told] {
                                       terminations = told;
                                       (void)std::signal(SIGTERM, [](int) { terminations.arrive(); });
                                     },
                                 .terminate_grace = 50ms});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 2; ++i) futures.push_back(pool->submit(pass, gate.ref()));
  gate.wait_for_arrivals(2);
  end_workers(*pool, kill);
  for (const auto& future : futures) CHECK_THROWS_AS(future.result(0s), BrokenProcessPool);
  return terminated.arrived();
}

}  // namespace

TEMPLATE_TEST_CASE("test_terminate_workers", "[process_pool]", EVERY_PROCESS_POOL) {
  CHECK(count_terminations<TestType>(false) == 2);
}

TEMPLATE_TEST_CASE("test_kill_workers", "[process_pool]", EVERY_PROCESS_POOL) {
  CHECK(count_terminations<TestType>(true) == 0);
}

TEMPLATE_TEST_CASE("test_force_shutdown_workers", "[process_pool]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(false, true);
  Gate gate, after;
  const auto pool = TestType::make({.max_workers = 1});
  const Future<void> running = pool->submit(pass_both, gate.ref(), after.ref());
  const Future<int> waiting = pool->submit(multiply, 2, 8);
  gate.wait_for_arrivals(1);
  const std::vector<int> pids = pool->worker_pids();
  end_workers(*pool, kill);
  CHECK_FALSE(is_alive(pids[0]));
  gate.open();  // too late
  CHECK_THROWS_AS(running.result(0s), BrokenProcessPool);
  CHECK_THROWS_AS(waiting.result(0s), BrokenProcessPool);
  CHECK(after.arrived() == 0);
}

TEMPLATE_TEST_CASE("test_force_shutdown_workers_dead_workers", "[process_pool]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(false, true);
  const auto mode = GENERATE(OnWorkerDeath::break_pool, OnWorkerDeath::replace);
  const auto pool = TestType::make({.max_workers = 1, .on_worker_death = mode});
  CHECK(pool->submit(exit_at_once).exception(a_minute) != nullptr);
  end_workers(*pool, kill);
  end_workers(*pool, kill);
  CHECK(pool->worker_pids().empty());
}

TEMPLATE_TEST_CASE("test_force_shutdown_workers_not_started_yet", "[process_pool]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(false, true);
  {
    const auto pool = TestType::make({.max_workers = 2});
    CHECK(pool->worker_pids().empty());
    end_workers(*pool, kill);
    CHECK(pool->worker_pids().empty());
  }
  CHECK(child_pids().empty());
}

TEMPLATE_TEST_CASE("test_force_shutdown_workers_stops_pool", "[process_pool]", EVERY_PROCESS_POOL) {
  const bool kill = GENERATE(false, true);
  {
    const auto pool = TestType::make({.max_workers = 2});
    CHECK(is_usable(*pool));
    end_workers(*pool, kill);
    CHECK_THROWS_AS(pool->submit(multiply, 2, 8), std::runtime_error);
    pool->shutdown();
  }
  CHECK(child_pids().empty());
}
