// Bounds on what is outstanding, and priorities.

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <spritefarm/futures.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

int same(int x) {
  return x;
}

struct Threads {
  static auto make(int max_outstanding, WhenFull when_full = WhenFull::wait) {
    return std::make_unique<ThreadPoolExecutor>(ThreadPoolExecutorOptions{
        .max_workers = 1, .max_outstanding = max_outstanding, .when_full = when_full});
  }
};
struct Processes {
  static auto make(int max_outstanding, WhenFull when_full = WhenFull::wait) {
    return std::make_unique<ProcessPoolExecutor>(ProcessPoolExecutorOptions{
        .max_workers = 1, .max_outstanding = max_outstanding, .when_full = when_full});
  }
};

/// A call that runs until it is terminated, in a thread or in a process.
template <typename Pool>
Future<void> occupy(Pool& pool) {
  Future<void> busy;
  if constexpr (std::same_as<Pool, ThreadPoolExecutor>)
    busy = pool.submit([](std::stop_token stop) {
      while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    });
  else
    busy = pool.submit([] { std::this_thread::sleep_for(1h); });
  CHECK(test::eventually([&busy] { return busy.running(); }));
  return busy;
}

}  // namespace

TEMPLATE_TEST_CASE("a full pool refuses calls if told so", "[executor]", Threads, Processes) {
  const auto pool = TestType::make(2, WhenFull::refuse);
  Future<void> busy = occupy(*pool);
  const Future<int> waits = pool->submit(same, 1);
  CHECK_THROWS_AS(pool->submit(same, 2), QueueFull);
  Executor& any = *pool;
  CHECK_THROWS_AS(any.submit(same, 2), QueueFull);
  CHECK_THROWS_AS(pool->map(same, std::vector{1, 2, 3}), QueueFull);
  busy.terminate();
  CHECK(waits.result() == 1);
  CHECK(test::eventually([&pool] {
    try {
      return pool->submit(same, 3).result() == 3;
    } catch (const QueueFull&) {  // the end of a call counts soon after its future is done
      return false;
    }
  }));
}

TEMPLATE_TEST_CASE("submit waits for room in a full pool", "[executor]", Threads, Processes) {
  const auto pool = TestType::make(2);
  Future<void> busy = occupy(*pool);
  const Future<int> waits = pool->submit(same, 1);
  std::atomic<int> submitted = 0;
  std::vector<std::thread> others;
  std::atomic<int> sum = 0;
  for (int i = 0; i < 3; ++i)
    others.emplace_back([&pool, &submitted, &sum] {
      const Future<int> future = pool->submit(same, 10);
      ++submitted;
      sum += future.result();
    });
  std::this_thread::sleep_for(5ms);
  CHECK(submitted == 0);
  busy.terminate();
  for (std::thread& other : others) other.join();
  CHECK(sum == 30);
  CHECK(waits.result() == 1);
}

TEMPLATE_TEST_CASE("a map through a small pool runs all items", "[executor]", Threads, Processes) {
  const auto pool = TestType::make(3);
  std::vector<int> numbers(2000, 1);
  int sum = 0;
  for (const int result : pool->map(same, numbers)) sum += result;
  for (const int result : pool->map(same, numbers, {.chunksize = 10, .ordered = false})) sum += result;
  CHECK(sum == 4000);
}

TEMPLATE_TEST_CASE("shutdown ends the waits for room", "[executor]", Threads, Processes) {
  const auto pool = TestType::make(1);
  Future<void> busy = occupy(*pool);
  std::atomic<bool> begun = false;
  std::thread other([&pool, &begun] {
    begun = true;
    CHECK_THROWS_AS(pool->submit(same, 1), std::runtime_error);
  });
  while (!begun) std::this_thread::yield();
  std::this_thread::sleep_for(2ms);
  pool->shutdown(false);
  other.join();
  busy.terminate();
}

TEMPLATE_TEST_CASE("a callback on a pool's own thread does not wait for room", "[executor]", Threads,
                   Processes) {
  const auto pool = TestType::make(2);
  Future<void> busy = occupy(*pool);
  const Future<int> waits = pool->submit(same, 1);
  std::atomic<bool> is_refused = false;
  Event called;
  waits.add_done_callback([&](const Future<int>&) {
    try {
      // One call has ended at most, so one of these is too many.
      for (int i = 0; i < 3; ++i) pool->submit(same, 2);
    } catch (const QueueFull&) {
      is_refused = true;
    }
    called.set();
  });
  busy.terminate();
  called.wait();
  CHECK(is_refused);
}

TEST_CASE("a bound below zero is refused", "[executor]") {
  CHECK_THROWS_AS(Threads::make(-1), std::invalid_argument);
  CHECK_THROWS_AS(Processes::make(-1), std::invalid_argument);
}

TEST_CASE("calls of higher priority start first in a thread pool", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1}};
  Event release;
  pool.submit([&release] { release.wait(); });
  std::string order;
  std::vector<Future<void>> futures;
  for (const auto& [name, priority] :
       std::vector<std::pair<char, int>>{{'d', 0}, {'f', -7}, {'a', 9}, {'e', 0}, {'b', 9}, {'c', 1}})
    futures.push_back(
        pool.submit(TaskOptions{.priority = priority}, [&order, letter = name] { order += letter; }));
  release.set();
  wait(futures);
  CHECK(order == "abcdef");
}

TEST_CASE("calls of higher priority start first in a process pool", "[executor]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<void> busy = occupy(pool);
  std::vector<Future<int>> futures;
  const auto count = [] {
    static int calls = 0;
    return ++calls;
  };
  for (const int priority : {0, -7, 9, 0, 9, 1})
    futures.push_back(pool.submit(TaskOptions{.priority = priority}, count));
  busy.terminate();
  std::vector<int> places;
  for (const Future<int>& future : futures) places.push_back(future.result());
  CHECK(places == std::vector{4, 6, 1, 5, 2, 3});
}
