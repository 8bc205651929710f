#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <spritefarm/futures.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

/// Runs until it is asked to stop.
struct Endless {
  std::shared_ptr<Event> begun = std::make_shared<Event>();
  std::shared_ptr<Event> stopped = std::make_shared<Event>();
  int operator()(std::stop_token stop, int result) const {
    begun->set();
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    stopped->set();
    return result;
  }
};

}  // namespace

TEST_CASE("a function that takes a stop token gets one before its arguments", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1}};
  const auto describe = [](std::stop_token stop, const std::string& text) {
    return text + (stop.stop_possible() && !stop.stop_requested() ? " runs" : " does not run");
  };
  CHECK(pool.submit(describe, "it").result() == "it runs");
  Executor& any = pool;
  CHECK(any.submit(describe, "it").result() == "it runs");
  SerialExecutor serial;
  CHECK(serial.submit(describe, "it").result() == "it runs");
  // One that can be called without a token is.
  CHECK(pool.submit([](auto... args) { return sizeof...(args); }, 1).result() == 1);
  // A coroutine, and a function that can only be moved.
  const auto coroutine = [](std::stop_token stop) -> Task<bool> {
    co_await sleep_for(1ms);
    co_return stop.stop_possible();
  };
  CHECK(pool.submit(coroutine).result());
  CHECK(pool.submit([owned = std::make_unique<int>(7)](std::stop_token) { return *owned; }).result() == 7);
}

TEST_CASE("terminate() ends the future at once and asks the function to stop", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1}};
  const Endless endless;
  Future<int> future = pool.submit(endless, 1);
  endless.begun->wait();
  CHECK_FALSE(future.cancel());
  CHECK(future.terminate());
  CHECK(future.cancelled());
  CHECK_THROWS_AS(future.result(), CancelledError);
  endless.stopped->wait();
  CHECK(pool.submit([] { return 2; }).result() == 2);  // the thread is free again
  CHECK(future.terminate());                           // it is cancelled already
}

TEST_CASE("terminate() cannot stop a function without a token", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1}};
  Event begun, release;
  Future<void> future = pool.submit([&] {
    begun.set();
    release.wait();
  });
  begun.wait();
  CHECK_FALSE(future.terminate());
  release.set();
  future.result();
}

TEST_CASE("a timeout ends the future of a call in a thread and asks the function to stop", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 2}};
  const Endless first, second;
  const Future<int> late = pool.submit(TaskOptions{.timeout = 50ms}, first, 1);
  const Future<int> later = pool.submit(TaskOptions{.timeout = 60ms}, second, 2);
  CHECK_THROWS_AS(late.result(), TimeoutError);
  CHECK_THROWS_AS(later.result(), TimeoutError);
  first.stopped->wait();
  second.stopped->wait();
  const auto quick = [](std::stop_token, int x) { return x; };
  CHECK(pool.submit(TaskOptions{.timeout = 1h}, quick, 3).result() == 3);
  CHECK(pool.submit(TaskOptions{.timeout = Duration::max()}, quick, 4).result() == 4);
}

TEST_CASE("the timeout counts from the start of a call in a thread", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1}};
  Event release;
  const Future<void> first = pool.submit([&release] { release.wait(); });
  const Future<int> second = pool.submit(TaskOptions{.timeout = 1h}, [](std::stop_token) { return 2; });
  const Endless endless;
  const Future<int> third = pool.submit(TaskOptions{.timeout = 5ms}, endless, 3);
  CHECK_THROWS_AS(third.result(20ms), TimeoutError);  // of this wait
  CHECK_FALSE(third.done());
  release.set();
  CHECK(second.result() == 2);
  endless.stopped->wait();
  CHECK_THROWS_AS(third.result(), TimeoutError);
}

TEST_CASE("a stop callback wakes a function that waits", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 1}};
  const Future<bool> future = pool.submit(TaskOptions{.timeout = 10ms}, [](std::stop_token stop) {
    Event woken;
    const std::stop_callback wake(stop, [&woken] { woken.set(); });
    woken.wait();
    return true;
  });
  CHECK_THROWS_AS(future.result(), TimeoutError);
}

TEST_CASE("calls end and time out at the same moment", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 4}};
  std::vector<Future<int>> futures;
  for (int i = 0; i < 200; ++i)
    futures.push_back(pool.submit(TaskOptions{.timeout = 200us}, [i](std::stop_token) {
      std::this_thread::sleep_for(std::chrono::microseconds(i * 2));
      return i;
    }));
  for (Future<int>& future : futures)
    if (future.state().snapshot().phase != detail::FutureState::Phase::finished && &future > &futures[100])
      future.terminate();
  for (std::size_t i = 0; i < futures.size(); ++i) try {
      const int result = futures[i].result();
      CHECK(result == static_cast<int>(i));
    } catch (const TimeoutError&) {
    } catch (const CancelledError&) {
    }
}

TEST_CASE("a callback of a timeout can destroy the pool", "[executor]") {
  auto pool = std::make_unique<ThreadPoolExecutor>(ThreadPoolExecutorOptions{.max_workers = 1});
  const Endless endless;
  Event destroyed;
  const Future<int> future = pool->submit(TaskOptions{.timeout = 20ms}, endless, 1);
  future.add_done_callback([&pool, &destroyed](const Future<int>&) {
    pool.reset();
    destroyed.set();
  });
  destroyed.wait();
  endless.stopped->wait();
  CHECK_THROWS_AS(future.result(), TimeoutError);
}

TEST_CASE("a stop token does not cross to a process", "[executor]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Executor& any = pool;
  CHECK_THROWS_AS(any.submit([](std::stop_token, int x) { return x; }, 1).result(), CodecError);
}
