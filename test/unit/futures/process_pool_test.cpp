#include "posix/process_memory.hpp"
#include "posix/threads.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

int twice(int x) {
  return 2 * x;
}
int pid() {
  return static_cast<int>(::getpid());
}
Task<int> wait_for_ever() {
  while (true) co_await sleep_for(1h);
}
void block_for_ever() {
  while (true) ::pause();
}
void block_and_ignore_sigterm() {
  ::signal(SIGTERM, SIG_IGN);
  block_for_ever();
}
Task<void> block_in_a_coroutine() {
  co_await sleep_for(0s);
  block_for_ever();
}

/// Waits until the call of the future runs. False after a minute, or if the call has ended.
template <typename T>
bool starts(const Future<T>& future) {
  for (int tries = 0; tries < 60'000 && !future.running() && !future.done(); ++tries) ::usleep(1000);
  return future.running();
}

}  // namespace

TEST_CASE("a deadline ends every kind of call, and no other call", "[process][deadline]") {
  ProcessPoolExecutor pool{{.max_workers = 2, .worker_concurrency = 2, .terminate_grace = 20ms}};
  const TaskOptions soon{.timeout = 50ms};
  CHECK_THROWS_AS(pool.submit(soon, wait_for_ever).result(60s), TimeoutError);
  CHECK_THROWS_AS(pool.submit(soon, block_for_ever).result(60s), TimeoutError);
  CHECK_THROWS_AS(pool.submit(soon, block_and_ignore_sigterm).result(60s), TimeoutError);
  CHECK_THROWS_AS(pool.submit(soon, block_in_a_coroutine).result(60s), TimeoutError);
  std::vector<Future<int>> others;
  for (int i = 0; i < 100; ++i) others.push_back(pool.submit(TaskOptions{.timeout = 60s}, twice, i));
  for (int i = 0; i < 100; ++i) CHECK(others[i].result(60s) == 2 * i);
  CHECK(pool.worker_deaths() == 0);  // the pool ended the workers
}

TEST_CASE("a deadline counts from the call's start, not from its wait", "[process][deadline]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<void> first = pool.submit([] { ::usleep(200'000); });
  std::vector<Future<int>> waiting;  // behind the first for longer than their timeout
  for (int i = 0; i < 20; ++i) waiting.push_back(pool.submit(TaskOptions{.timeout = 150ms}, twice, i));
  for (int i = 0; i < 20; ++i) CHECK(waiting[i].result(60s) == 2 * i);
}

TEST_CASE("the deadline of a coroutine does not affect other coroutines of its worker",
          "[process][deadline]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 4}};
  auto where = []() -> Task<int> {
    co_await sleep_for(100ms);
    co_return pid();
  };
  Future<int> before = pool.submit(where);
  Future<int> late = pool.submit(TaskOptions{.timeout = 10ms}, wait_for_ever);
  CHECK_THROWS_AS(late.result(60s), TimeoutError);
  CHECK(before.result(60s) == pool.submit(pid).result(60s));
}

TEST_CASE("terminate cancels a call that runs", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2, .worker_concurrency = 2}};
  Future<void> blocking = pool.submit(block_for_ever);
  Future<int> waiting = pool.submit(wait_for_ever);
  REQUIRE(starts(blocking));
  REQUIRE(starts(waiting));
  CHECK_FALSE(blocking.cancel());
  CHECK(blocking.terminate());
  CHECK(waiting.terminate());
  CHECK(blocking.cancelled());
  CHECK(waiting.cancelled());
  CHECK(blocking.terminate());  // as cancel(): it is cancelled
  CHECK_THROWS_AS(waiting.result(60s), CancelledError);
  CHECK(pool.submit(twice, 4).result(60s) == 8);
}

TEST_CASE("a coroutine in a thread has deadlines and can be terminated too", "[thread][deadline]") {
  ThreadPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 2}};
  CHECK_THROWS_AS(pool.submit(TaskOptions{.timeout = 10ms}, wait_for_ever).result(60s), TimeoutError);
  Future<int> waiting = pool.submit(wait_for_ever);
  REQUIRE(starts(waiting));
  CHECK(waiting.terminate());
  CHECK(waiting.cancelled());
  CHECK(pool.submit(twice, 4).result(60s) == 8);
}

TEST_CASE("a call that waits at a busy worker can be cancelled, and is given to an idle one", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<void> busy = pool.submit(block_for_ever);
  REQUIRE(starts(busy));
  Future<int> waiting = pool.submit(twice, 1);
  Future<int> other = pool.submit(twice, 2);
  CHECK_FALSE(waiting.running());
  CHECK(waiting.cancel());
  CHECK(wait(std::vector{waiting}, 60s).done.size() == 1);
  CHECK(busy.terminate());
  CHECK(other.result(60s) == 4);
}

TEST_CASE("a call that two threads cancel at a time is done for its waiters", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<void> busy = pool.submit(block_for_ever);
  REQUIRE(starts(busy));
  std::vector<Future<int>> waiting;
  for (int i = 0; i < 300; ++i) waiting.push_back(pool.submit(twice, i));
  const auto cancel_all = [&waiting] {
    for (Future<int> each : waiting) each.cancel();
  };
  std::thread other(cancel_all);
  cancel_all();
  other.join();
  CHECK(wait(waiting, 60s).not_done.empty());
  CHECK(busy.terminate());
}

TEST_CASE("an idle worker takes over the calls that wait behind a slow call", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  Future<void> slow = pool.submit(block_for_ever);
  REQUIRE(starts(slow));
  std::vector<Future<int>> quick;
  for (int i = 0; i < 40; ++i) quick.push_back(pool.submit(twice, i));
  for (int i = 0; i < 40; ++i) CHECK(quick[i].result(60s) == 2 * i);
  CHECK(slow.terminate());
}

TEST_CASE("the unstarted calls of a killed worker run elsewhere, without retries", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<void> victim = pool.submit(block_for_ever);
  std::vector<Future<int>> waiting;
  for (int i = 0; i < 30; ++i) waiting.push_back(pool.submit(twice, i));
  REQUIRE(starts(victim));
  ::kill(pool.worker_pids().at(0), SIGKILL);
  for (int i = 0; i < 30; ++i) CHECK(waiting[i].result(60s) == 2 * i);
  CHECK_THROWS_AS(victim.result(60s), WorkerDied);
}

TEST_CASE("a worker is replaced after max_tasks_per_child calls, and no call is lost", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 3, .max_tasks_per_child = 25}};
  std::vector<Future<int>> pids;
  for (int i = 0; i < 1000; ++i) pids.push_back(pool.submit(pid));
  std::map<int, int> calls;
  for (const Future<int>& each : pids) ++calls[each.result(60s)];
  CHECK(calls.size() >= 40);
  for (const auto& [worker, count] : calls) CHECK(count <= 25);
  CHECK(pool.worker_deaths() == 0);
}

TEST_CASE("a worker whose memory grows is replaced before it exceeds max_rss", "[process]") {
  const std::size_t limit = posix::resident_memory(pid()).value() + (std::size_t{96} << 20);
  ProcessPoolExecutor pool{{.max_workers = 1, .max_rss = limit}};
  auto leak = [] {
    static std::vector<std::vector<char>> lost;
    lost.emplace_back(std::size_t{8} << 20, 'x');
    return std::pair(pid(), posix::resident_memory(pid()).value());
  };
  std::set<int> pids;
  std::size_t peak = 0;
  for (int i = 0; i < 60; ++i) {
    const auto [worker, resident] = pool.submit(leak).result(60s);
    pids.insert(worker);
    peak = std::max(peak, resident);
  }
  CHECK(pids.size() >= 3);
  CHECK(pids.size() <= 30);
  CHECK(peak <= limit);
}

TEST_CASE("worker_pids() contains a worker before its first call runs", "[process]") {
  int told[2];
  REQUIRE(::pipe(told) == 0);
  ProcessPoolExecutor pool{{.max_workers = 2, .max_tasks_per_child = 1}};
  for (int i = 0; i < 50; ++i) {
    Future<void> future = pool.submit(
        [](int fd) {
          const int own = pid();
          if (::write(fd, &own, sizeof own) == sizeof own) block_for_ever();
        },
        told[1]);
    int worker = 0;
    REQUIRE(::read(told[0], &worker, sizeof worker) == sizeof worker);
    const auto pids = pool.worker_pids();
    CHECK(std::count(pids.begin(), pids.end(), worker) == 1);
    CHECK(future.terminate());
  }
  ::close(told[0]);
  ::close(told[1]);
}

TEST_CASE("on_worker_death = break_pool gives Python's behaviour", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2, .on_worker_death = OnWorkerDeath::break_pool}};
  Future<int> waits = pool.submit(wait_for_ever);
  Future<void> dies = pool.submit([] { ::_exit(99); });
  CHECK_THROWS_AS(dies.result(60s), BrokenProcessPool);
  CHECK_THROWS_AS(waits.result(60s), BrokenProcessPool);
  CHECK(dies.exception() != waits.exception());
  CHECK_THROWS_AS(pool.submit(twice, 1), BrokenProcessPool);
}

TEST_CASE("kill_workers and terminate_workers end the pool", "[process]") {
  const bool kill = GENERATE(true, false);
  ProcessPoolExecutor pool{{.max_workers = 2, .terminate_grace = 20ms}};
  Future<void> running = pool.submit(block_and_ignore_sigterm);
  Future<int> other = pool.submit(wait_for_ever);
  REQUIRE(starts(running));
  kill ? pool.kill_workers() : pool.terminate_workers();
  CHECK_THROWS_AS(running.result(0s), BrokenProcessPool);
  CHECK_THROWS_AS(other.result(0s), BrokenProcessPool);
  CHECK_THROWS_AS(pool.submit(twice, 1), BrokenProcessPool);
  CHECK(pool.worker_pids().empty());
  pool.kill_workers();
}

TEST_CASE("a worker can create a pool", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  auto nested = [](int x) {
    ProcessPoolExecutor inner{{.max_workers = 2}};
    return inner.submit(twice, x).result(60s);
  };
  CHECK(pool.submit(nested, 21).result(60s) == 42);
}

TEST_CASE("a forked child cannot use its parent's pools, and ends without them", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  CHECK(pool.submit(twice, 1).result(60s) == 2);
  const pid_t child = ::fork();
  if (child == 0) {
    int refused = 0;
    try {
      pool.submit(twice, 1);
    } catch (const std::logic_error&) {
      ++refused;
    }
    pool.~ProcessPoolExecutor();  // as exit() would do for a static one
    ::_exit(refused == 1 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(pool.submit(twice, 3).result(60s) == 6);
}

TEST_CASE("a pool shuts down although a forked child holds copies of its descriptors", "[process]") {
  ProcessPoolExecutor pool{
      {.max_workers = 2, .transport = GENERATE(Transport::shared_memory, Transport::pipe)}};
  CHECK(pool.submit(twice, 1).result(60s) == 2);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    while (true) ::pause();
  }
  CHECK(pool.submit(twice, 2).result(60s) == 4);
  pool.shutdown();
  CHECK(::kill(child, SIGKILL) == 0);
  CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("after shutdown(wait = false) the pool's destructor does not wait, and the calls still run",
          "[executor]") {
  // One call that the test lets go: a destructor that waited for it would never return.
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  Future<int> held;
  {
    ProcessPoolExecutor pool{{.max_workers = 1}};
    held = pool.submit(
        [](int fd) {
          char byte = 0;
          return static_cast<int>(::read(fd, &byte, 1));
        },
        gate[0]);
    REQUIRE(starts(held));
    pool.shutdown(false);
  }
  CHECK_FALSE(held.done());
  REQUIRE(::write(gate[1], "x", 1) == 1);
  CHECK(held.result(60s) == 1);
  ::close(gate[0]);
  ::close(gate[1]);
}

namespace {

enum class End { shutdown, kill, destroy };

/// Ends a pool in a callback that it calls itself.
void end_in_callback(End how) {
  int gate[2];
  REQUIRE(::pipe(gate) == 0);
  auto pool = std::make_unique<ProcessPoolExecutor>(ProcessPoolExecutorOptions{.max_workers = 1});
  const Future<int> held = pool->submit(
      [](int fd) {
        char byte = 0;
        return static_cast<int>(::read(fd, &byte, 1));
      },
      gate[0]);
  const Future<int> waiting = how == End::kill ? pool->submit(wait_for_ever) : pool->submit(twice, 2);
  Event called;
  bool is_refused = false;
  held.add_done_callback([&](const Future<int>&) {
    if (how == End::shutdown) try {
        pool->shutdown();
      } catch (const std::runtime_error&) {  // it cannot wait here
        is_refused = true;
      }
    if (how == End::kill) pool->kill_workers();
    pool.reset();
    called.set();
  });
  REQUIRE(::write(gate[1], "x", 1) == 1);
  REQUIRE(called.wait(60s));
  CHECK(is_refused == (how == End::shutdown));
  CHECK(held.result(60s) == 1);
  if (how == End::kill)
    CHECK_THROWS_AS(waiting.result(60s), BrokenProcessPool);
  else
    CHECK(waiting.result(60s) == 4);
  // Its supervisor ends a moment later.
  CHECK(test::eventually([] { return posix::count_threads() == 1; }));
  ::close(gate[0]);
  ::close(gate[1]);
}

}  // namespace

TEST_CASE("a pool can be shut down in a done callback on its own thread", "[process]") {
  end_in_callback(End::shutdown);
}
TEST_CASE("a pool can be killed in a done callback on its own thread", "[process]") {
  end_in_callback(End::kill);
}
TEST_CASE("a pool can be destroyed in a done callback on its own thread", "[process]") {
  end_in_callback(End::destroy);
}
