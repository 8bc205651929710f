#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <vector>

using namespace spritefarm;
using test::eventually;
using namespace std::chrono_literals;

namespace {

int twice(int x) {
  return 2 * x;
}
int wait_a_moment(int x) {
  ::usleep(2000);
  return x;
}
int block_for_ever() {
  while (true) ::pause();
}

/// The processes that may be forked for a pool of this process, whoever their parent is.
struct Household {
  pid_t zygote = 0;
  pid_t standby = 0;
};

/// Waits until a pool has both; `zygote` is 0 if that never comes. Known by one of the pool's workers.
Household household_of(ProcessPoolExecutor& pool) {
  Household found;
  eventually([&] {
    const std::vector<int> workers = pool.worker_pids();
    if (workers.empty()) return false;
    const pid_t zygote = test::state_of(workers.front()).parent;
    if (test::state_of(zygote).name != "zygote") return false;
    for (const pid_t child : test::children_of(zygote))
      if (test::state_of(child).name == "standby") found = {zygote, child};
    return found.zygote != 0;
  });
  return found;
}

bool works(ProcessPoolExecutor& pool) {
  return pool.submit(TaskOptions{.retries = 3}, twice, 21).result(60s) == 42;
}

}  // namespace

TEST_CASE("when the zygote is killed its standby takes over, and what runs is repeated",
          "[process][zygote]") {
  auto pool_pointer = std::make_unique<ProcessPoolExecutor>(ProcessPoolExecutorOptions{.max_workers = 2});
  ProcessPoolExecutor& pool = *pool_pointer;
  REQUIRE(works(pool));
  std::set<pid_t> zygotes;
  for (int round = 0; round < 4; ++round) {
    std::vector<Future<int>> futures;
    for (int i = 0; i < 40; ++i) futures.push_back(pool.submit(TaskOptions{.retries = 3}, wait_a_moment, i));
    const Household household = household_of(pool);
    REQUIRE(household.zygote > 0);
    zygotes.insert(household.zygote);
    ::kill(household.zygote, SIGKILL);
    REQUIRE(eventually([&] { return !test::is_alive(household.zygote); }));
    for (int i = 0; i < 40; ++i) CHECK(futures[static_cast<std::size_t>(i)].result(60s) == i);
  }
  CHECK(zygotes.size() == 4);
  const std::vector<int> workers = pool.worker_pids();
  const Household last = household_of(pool);
  pool_pointer.reset();
  CHECK(test::children_of(::getpid()).empty());
  CHECK(eventually([&] { return !test::is_alive(last.zygote) && !test::is_alive(last.standby); }));
  for (const int worker : workers) CHECK(eventually([&] { return !test::is_alive(worker); }));
}

TEST_CASE("a killed zygote costs the calls that run, and no other", "[process][zygote]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  std::vector<Future<int>> running, waiting;
  for (int i = 0; i < 2; ++i) running.push_back(pool.submit(block_for_ever));
  for (const Future<int>& each : running) REQUIRE(eventually([&] { return each.running(); }));
  for (int i = 0; i < 10; ++i) waiting.push_back(pool.submit(twice, i));
  const std::vector<int> workers = pool.worker_pids();
  ::kill(household_of(pool).zygote, SIGKILL);
  for (const Future<int>& each : running) CHECK_THROWS_AS(each.result(60s), WorkerDied);
  for (int i = 0; i < 10; ++i) CHECK(waiting[static_cast<std::size_t>(i)].result(60s) == 2 * i);
  CHECK(pool.worker_deaths() == 2);
  for (const int worker : workers) CHECK(!test::is_alive(worker));
}

TEST_CASE("a killed standby is replaced", "[process][zygote]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  REQUIRE(works(pool));
  const Household first = household_of(pool);
  ::kill(first.standby, SIGKILL);
  REQUIRE(eventually([&] {
    const Household next = household_of(pool);
    return next.zygote == first.zygote && next.standby != first.standby;
  }));
  CHECK(pool.worker_deaths() == 0);
  ::kill(first.zygote, SIGKILL);
  CHECK(works(pool));
}

TEST_CASE("a pool whose zygote and standby are both killed is broken, and says so", "[process][zygote]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const Future<int> running = pool.submit(block_for_ever);
  REQUIRE(eventually([&] { return running.running(); }));
  const Household household = household_of(pool);
  ::kill(household.zygote, SIGSTOP);  // it must not replace its standby
  ::kill(household.standby, SIGKILL);
  ::kill(household.zygote, SIGKILL);
  CHECK_THROWS_AS(running.result(60s), WorkerDied);
  CHECK(eventually([&] {
    try {
      pool.submit(twice, 1).result(60s);
    } catch (const BrokenProcessPool&) {
      return true;
    } catch (const WorkerDied&) {
    }
    return false;
  }));
}

TEST_CASE("on_worker_death = break_pool breaks the pool whose zygote is killed", "[process][zygote]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .on_worker_death = OnWorkerDeath::break_pool}};
  const Future<int> running = pool.submit(block_for_ever);
  REQUIRE(eventually([&] { return running.running(); }));
  ::kill(household_of(pool).zygote, SIGKILL);
  CHECK_THROWS_AS(running.result(60s), BrokenProcessPool);
  CHECK_THROWS_AS(pool.submit(twice, 1), BrokenProcessPool);
}
