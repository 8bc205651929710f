#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <spritefarm/futures.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

template <typename Type>
Task<Type> value_of(Future<Type> future) {
  if constexpr (std::is_void_v<Type>) {
    co_await future;
  } else {
    const Type& value = co_await future;
    co_return value;
  }
}

/// Awaits a temporary.
template <typename Type>
Task<Type> take(Future<Type> future) {
  Type value = co_await std::move(future);
  co_return value;
}

int square(int x) {
  return x * x;
}
int fail(int) {
  throw std::domain_error("on purpose");
}

// A process pool and its workers' calls: each awaits calls of a thread pool in its own process.
Task<int> sum_of_squares(int count) {
  ThreadPoolExecutor threads{{.max_workers = 2}};
  int sum = 0;
  for (int i = 1; i <= count; ++i) {
    const int term = co_await threads.submit(square, i);
    sum += term;
  }
  co_return sum;
}
Task<int> failure_of_a_thread() {
  ThreadPoolExecutor threads{{.max_workers = 1}};
  const int never = co_await threads.submit(fail, 1);
  co_return never;
}

struct Serial {
  SerialExecutor pool{};
};
struct Threads {
  ThreadPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 8}};
};
struct Processes {
  ProcessPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 8}};
};

}  // namespace

TEST_CASE("co_await waits for a future that another thread finishes", "[task]") {
  EventLoop loop;
  Future<std::string> future;
  std::thread other([future]() mutable {
    std::this_thread::sleep_for(1ms);
    future.set_result("done");
  });
  CHECK(run(loop, value_of(future)) == "done");
  other.join();
  CHECK(run(loop, value_of(future)) == "done");  // again, and without waiting
}

TEST_CASE("co_await of a future resumes on the thread and loop of the coroutine", "[task]") {
  EventLoop loop;
  Future<int> future;
  std::thread other([future]() mutable { future.set_result(1); });
  auto where = [](Future<int> awaited, EventLoop& own) -> Task<bool> {
    const std::thread::id before = std::this_thread::get_id();
    co_await awaited;
    co_return before == std::this_thread::get_id() && &EventLoop::current() == &own;
  };
  CHECK(run(loop, where(future, loop)));
  other.join();
}

TEST_CASE("co_await gives a named future's result by reference and a temporary's by value", "[task]") {
  EventLoop loop;
  Future<std::unique_ptr<int>> future;
  future.set_result(std::make_unique<int>(7));
  auto address = [](const Future<std::unique_ptr<int>>& named) -> Task<const void*> {
    const std::unique_ptr<int>& result = co_await named;
    co_return &result;
  };
  CHECK(run(loop, address(future)) == &future.result());
  CHECK(*run(loop, take(std::move(future))) == 7);
  Future<void> nothing;
  nothing.set_result();
  run(loop, value_of(nothing));
}

TEST_CASE("co_await throws the exception of the call, or CancelledError", "[task]") {
  EventLoop loop;
  Future<int> failed;
  failed.set_exception(std::make_exception_ptr(std::domain_error("on purpose")));
  CHECK_THROWS_AS(run(loop, value_of(failed)), std::domain_error);
  Future<int> cancelled;
  loop.post([cancelled]() mutable { cancelled.cancel(); });  // while the coroutine waits
  CHECK_THROWS_AS(run(loop, value_of(cancelled)), CancelledError);
  CHECK_THROWS_AS(run(loop, take(cancelled)), CancelledError);
}

TEST_CASE("many coroutines await one future", "[task]") {
  EventLoop loop;
  Future<int> future;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(value_of(future));
  std::thread other([future]() mutable { future.set_result(2); });
  int sum = 0;
  for (const int value : run(loop, when_all(std::move(tasks)))) sum += value;
  CHECK(sum == 2000);
  other.join();
}

TEST_CASE("a million awaits of done futures need constant stack", "[task]") {
  EventLoop loop;
  auto many = []() -> Task<int> {
    Future<int> done;
    done.set_result(1);
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await done;
    co_return sum;
  };
  CHECK(run(loop, many()) == 1'000'000);
}

TEST_CASE("a coroutine that is destroyed while it awaits leaves a named future alone", "[task]") {
  EventLoop loop;
  Future<int> future;
  {
    Task<int> task = value_of(future);
    task.start([] { FAIL("it was destroyed"); });
  }
  CHECK_FALSE(future.done());
  {
    Task<int> task = value_of(future);
    task.start([] { FAIL("it was destroyed"); });
    future.set_result(1);  // posts the resumption, which the loop has not run yet
  }
  loop.run_once(Duration::zero());
  CHECK(future.result() == 1);
}

TEST_CASE("a coroutine that is destroyed while it awaits a temporary cancels the call", "[task]") {
  EventLoop loop;
  const Future<int> pending;
  {
    Task<int> task = take(pending);
    task.start([] { FAIL("it was destroyed"); });
  }
  CHECK(pending.cancelled());
  Future<int> running;
  running.set_running_or_notify_cancel();
  {
    Task<int> task = take(running);
    task.start([] { FAIL("it was destroyed"); });
  }
  CHECK_FALSE(running.done());
}

TEST_CASE("futures become done while their coroutines are destroyed", "[task]") {
  for (int round = 0; round < 300; ++round) {
    EventLoop loop;
    std::atomic<bool> begin = false;
    std::vector<Future<int>> futures(8);
    std::thread other([&begin, futures]() mutable {
      while (!begin) std::this_thread::yield();
      for (Future<int>& future : futures)
        if (future.set_running_or_notify_cancel()) future.set_result(1);
    });
    std::vector<std::optional<Task<int>>> tasks;
    std::size_t ended = 0;
    for (std::size_t i = 0; i < futures.size(); ++i) {
      tasks.emplace_back(i % 2 ? take(futures[i]) : value_of(futures[i]));
      tasks.back()->start([&ended] { ++ended; });
    }
    begin = true;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (static_cast<int>(i) % 3 == round % 3) loop.run_once(Duration::zero());
      if (!tasks[i]->done()) tasks[i].reset();
    }
    other.join();
    loop.run_once(Duration::zero());
    CHECK(ended <= futures.size());
  }
}

TEST_CASE("co_await without an event loop throws std::logic_error", "[task]") {
  std::string text;
  std::thread other([&text] {
    const Future<int> future;
    Task<int> task = value_of(future);
    task.start([] {});
    try {
      task.take();
    } catch (const std::logic_error& error) {
      text = error.what();
    }
  });
  other.join();
  CHECK(text.find("no event loop") != std::string::npos);
}

TEMPLATE_TEST_CASE("calls await the calls of other executors", "[executor]", Serial, Threads, Processes) {
  TestType with;
  CHECK(with.pool.submit(sum_of_squares, 100).result() == 338350);
  CHECK_THROWS_AS(with.pool.submit(failure_of_a_thread).result(), std::domain_error);
}

TEST_CASE("coroutines of one thread await each other's results", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 101}};
  Future<int> last;
  Future<int> previous = last;
  for (int i = 0; i < 100; ++i)
    previous = pool.submit(
        [](Future<int> awaited) -> Task<int> {
          const int value = co_await awaited;
          co_return value + 1;
        },
        previous);
  last.set_result(0);
  CHECK(previous.result() == 100);
}

TEST_CASE("the timeout of a call ends its wait and cancels the call that it awaits", "[executor]") {
  Event release;
  ThreadPoolExecutor busy{{.max_workers = 1}};
  const Future<void> first = busy.submit([&release] { release.wait(); });
  std::optional<Future<int>> second;
  Event submitted;
  ThreadPoolExecutor pool{{.max_workers = 1}};
  const Future<int> outer = pool.submit(TaskOptions{.timeout = 20ms}, [&]() -> Task<int> {
    second = busy.submit(square, 2);
    submitted.set();
    Future<int> temporary = *second;
    const int value = co_await std::move(temporary);
    co_return value;
  });
  CHECK_THROWS_AS(outer.result(), TimeoutError);
  submitted.wait();
  CHECK(test::eventually([&second] { return second->cancelled(); }));
  release.set();
}
