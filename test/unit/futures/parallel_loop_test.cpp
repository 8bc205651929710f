// ThreadPoolExecutor::for_each().

#include "support/catch.hpp"

#include <spritefarm/futures.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;

namespace {

/// Can be neither copied nor moved.
struct Fixed {
  Fixed() = default;
  Fixed(const Fixed&) = delete;
  Fixed& operator=(const Fixed&) = delete;
  int visits = 0;
};

}  // namespace

TEST_CASE("for_each visits each item once, in place", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = GENERATE(1, 2, 5)}};
  const auto size = GENERATE(as<std::size_t>(), 0, 1, 2, 3, 17, 1000, 100'003);
  std::vector<Fixed> items(size);
  SECTION("alone") {
    pool.for_each(items, [](Fixed& item) { ++item.visits; });
  }
  SECTION("in pieces") {
    pool.for_each(std::span(items), [](std::span<Fixed> piece) {
      for (Fixed& item : piece) ++item.visits;
    });
  }
  CHECK(std::all_of(items.begin(), items.end(), [](const Fixed& item) { return item.visits == 1; }));
}

TEST_CASE("for_each takes arrays, constant items and a function that can only be moved", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 2}};
  const std::array<int, 5> numbers{1, 2, 3, 4, 5};
  std::atomic<int> sum = 0;
  pool.for_each(numbers,
                [&sum, kept = std::make_unique<int>(2)](const int& number) { sum += *kept * number; });
  CHECK(sum == 30);
  pool.for_each(std::string("abc"), [&sum](char letter) { sum += letter - 'a'; });
  CHECK(sum == 33);
}

TEST_CASE("for_each runs on the calling thread and on those of the pool, max_workers in all", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 3}};
  std::barrier together(3);
  std::vector<std::thread::id> threads(3);
  pool.for_each(threads, [&together](std::thread::id& id) {
    id = std::this_thread::get_id();
    together.arrive_and_wait();
  });
  std::sort(threads.begin(), threads.end());
  CHECK(std::adjacent_find(threads.begin(), threads.end()) == threads.end());
  CHECK(std::find(threads.begin(), threads.end(), std::this_thread::get_id()) != threads.end());
}

TEST_CASE("for_each runs where the initializer has run", "[executor]") {
  static thread_local int licences = 0;
  ThreadPoolExecutor pool{{.max_workers = 2, .initializer = [] { licences = 1; }}};
  std::vector<int> seen(1000);
  pool.for_each(seen, [](int& item) { item = licences; });
  CHECK(std::count(seen.begin(), seen.end(), 1) == 1000);
  pool.submit([&] { pool.for_each(seen, [](int& item) { item += licences; }); }).result();
  CHECK(std::count(seen.begin(), seen.end(), 2) == 1000);
}

TEST_CASE("for_each needs no thread that is busy with another call", "[executor]") {
  Event release;
  ThreadPoolExecutor pool{{.max_workers = 2}};
  Future<void> busy = pool.submit([&release] { release.wait(); });
  std::vector<Fixed> items(100);
  pool.for_each(items, [](Fixed& item) { ++item.visits; });
  CHECK(std::all_of(items.begin(), items.end(), [](const Fixed& item) { return item.visits == 1; }));
  CHECK_FALSE(busy.done());
  release.set();
}

TEST_CASE("for_each in a call of its pool takes part, also nested", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = GENERATE(1, 2)}};
  std::atomic<int> visits = 0;
  pool.submit([&] {
        std::vector<int> outer(4);
        pool.for_each(outer, [&](int) {
          std::vector<int> inner(10);
          pool.for_each(inner, [&](int) { ++visits; });
        });
      })
      .result();
  CHECK(visits == 40);
}

TEST_CASE("an exception ends for_each, and no item runs after that", "[executor]") {
  ThreadPoolExecutor pool{{.max_workers = 2}};
  std::vector<int> items(10'000);
  std::iota(items.begin(), items.end(), 0);
  std::atomic<int> running = 0, visits = 0;
  CHECK_THROWS_AS(pool.for_each(items,
                                [&](int item) {
                                  ++running;
                                  if (item == 10) {
                                    --running;
                                    throw std::domain_error("ten");
                                  }
                                  ++visits;
                                  --running;
                                }),
                  std::domain_error);
  CHECK(running == 0);
  const int before = visits;
  CHECK(before < 10'000);
  pool.submit([] {}).result();
  CHECK(visits == before);
}

TEST_CASE("for_each throws as submit, and CancelledError if a shutdown cancels it", "[executor]") {
  std::vector<int> items(10);
  {
    ThreadPoolExecutor pool;
    pool.shutdown();
    CHECK_THROWS_AS(pool.for_each(items, [](int) {}), std::runtime_error);
    CHECK_THROWS_AS(pool.for_each(std::vector<int>(), [](int) {}), std::runtime_error);
  }
  {
    ThreadPoolExecutor pool{{.initializer = [] { throw std::runtime_error("no licence"); }}};
    CHECK_THROWS_AS(pool.for_each(items, [](int) {}), BrokenThreadPool);
  }
  {
    Event release;
    ThreadPoolExecutor pool{
        {.max_workers = 1, .max_outstanding = 1, .when_full = WhenFull::refuse, .initializer = [] {}}};
    pool.submit([&release] { release.wait(); });
    CHECK_THROWS_AS(pool.for_each(items, [](int) {}), QueueFull);
    release.set();
  }
  Event started, release;
  ThreadPoolExecutor pool{{.max_workers = 1, .initializer = [] {}}};
  pool.submit([&] {
    started.set();
    release.wait();
  });
  started.wait();
  Event begun;
  std::thread looping([&] {
    begun.set();
    CHECK_THROWS_AS(pool.for_each(items, [](int) {}), std::runtime_error);  // cancelled, or refused
  });
  begun.wait();
  pool.shutdown(false, true);
  release.set();
  looping.join();
  pool.shutdown();
}
