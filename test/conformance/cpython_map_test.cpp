// executor.ExecutorTest: map()

#include "conformance/executors.hpp"
#include "conformance/naturals.hpp"
#include "support/catch.hpp"

#include <array>
#include <numeric>
#include <utility>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

template <typename R>
std::vector<R> all_of(MapResults<R> results) {
  std::vector<R> all;
  for (R& result : results) all.push_back(std::move(result));
  return all;
}
std::vector<int> numbers(int count) {
  std::vector<int> made(static_cast<std::size_t>(count));
  std::iota(made.begin(), made.end(), 0);
  return made;
}
std::vector<int> squares(int count) {
  std::vector<int> made = numbers(count);
  for (int& number : made) number *= number;
  return made;
}
int square(int x) {
  return x * x;
}

int throw_own_timeout(int x) {
  if (x == 1) throw TimeoutError("thrown by the task");
  return x;
}
/// Item 0 returns at once, 1 waits at the first gate, and 2 counts an arrival at the second.
int act(int item, GateRef blocked, GateRef counted) {
  if (item == 1) blocked.pass();
  if (item == 2) counted.arrive();
  return item;
}

struct Watched {
  std::shared_ptr<int> value;
};
Watched make_watched(int x) {
  return {std::make_shared<int>(x)};
}

}  // namespace

template <>
struct spritefarm::Codec<Watched> {
  static void encode(Encoder& to, const Watched& result) { spritefarm::encode(to, *result.value); }
  static Watched decode(Decoder& from) { return make_watched(spritefarm::decode<int>(from)); }
};

TEMPLATE_TEST_CASE("test_map", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> items = numbers(10);
  CHECK(all_of(executor->map(multiply, items, items)) == squares(10));
  for (const int chunksize : {1, 3, 10, 11})
    CHECK(all_of(executor->map(multiply, items, items, {.chunksize = chunksize})) == squares(10));
}

TEMPLATE_TEST_CASE("test_map_exception", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> dividends{6, 7, 8, 9}, divisors{2, 3, 0, 5};
  for (const int chunksize : {1, 2, 3, 4}) {
    CAPTURE(chunksize);
    auto results = executor->map(divide, dividends, divisors, {.chunksize = chunksize});
    CHECK(results.next() == 3);
    CHECK(results.next() == 2);
    CHECK_THROWS_AS(results.next(), std::domain_error);
    CHECK(results.next() == 1);
    CHECK(results.next() == std::nullopt);
    CHECK(results.next() == std::nullopt);
  }
}

TEMPLATE_TEST_CASE("test_map_timeout_from_callable", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  auto results = executor->map(throw_own_timeout, numbers(3), {.timeout = a_minute});
  CHECK(results.next() == 0);
  std::string message;
  try {
    results.next();
  } catch (const TimeoutError& error) {
    message = error.what();
  }
  CHECK(message == "thrown by the task");
  CHECK(results.next() == 2);
  CHECK(results.next() == std::nullopt);
}

TEMPLATE_TEST_CASE("test_map_timeout", "[map]", EVERY_POOL) {
  std::array<Gate, 4> gates;
  const auto executor = TestType::make({.max_workers = 1});
  // Two items that are done, one that blocks, and some that wait behind it.
  const std::vector<int> items{0, 0, 1, 1, 1, 1};
  int taken = 0;
  auto timeout = 100ms;
  // A slow machine may not finish the first two within the timeout: then it gets a longer one.
  for (std::size_t attempt = 0; attempt < gates.size() && taken < 2; ++attempt, timeout *= 6) {
    Gate& gate = gates[attempt];
    const std::vector<GateRef> refs(items.size(), gate.ref());
    auto results = executor->map(MapOptions{.timeout = timeout}, act, items, refs, refs);
    taken = 0;
    bool timed_out = false;
    try {
      while (results.next()) ++taken;
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    CHECK(timed_out);
    CHECK(results.next() == std::nullopt);
    gate.open();
    executor->submit(multiply, 1, 1).result(a_minute);
    CHECK(gate.arrived() <= 1);  // none of the waiting items
  }
  CHECK(taken == 2);
}

TEMPLATE_TEST_CASE("test_map_close", "[map]", EVERY_POOL) {
  Gate blocked, counted;
  const auto executor = TestType::make();
  const std::vector<int> items{0, 1, 1, 2, 2, 2, 2};
  {
    auto results = executor->map(MapOptions{}, act, items, std::vector<GateRef>(items.size(), blocked.ref()),
                                 std::vector<GateRef>(items.size(), counted.ref()));
    CHECK(results.next() == 0);  // a map that is never read would run its calls
    blocked.wait_for_arrivals(worker_count);
  }
  blocked.open();
  executor->shutdown();
  CHECK(counted.arrived() == 0);
}

TEMPLATE_TEST_CASE("test_map_buffersize_value_validation", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  for (const int size : {0, -1}) {
    Naturals items(0, 4);
    CHECK_THROWS_AS(executor->map(square, items, {.buffersize = size}), std::invalid_argument);
    CHECK_THROWS_AS(executor->map(square, items, {.chunksize = size}), std::invalid_argument);
    CHECK(items.taken() == 0);
  }
}

TEMPLATE_TEST_CASE("test_map_buffersize", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> items = numbers(4);
  for (const int buffersize : {1, 2, 4, 5, 1000})
    for (const int chunksize : {1, 2, 3, 100}) {
      CAPTURE(buffersize, chunksize);
      const MapOptions options{.chunksize = chunksize, .buffersize = buffersize};
      CHECK(all_of(executor->map(square, items, options)) == squares(4));
    }
}

TEMPLATE_TEST_CASE("test_map_buffersize_on_multiple_iterables", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> items = numbers(4);
  for (const int buffersize : {1, 2, 4, 5}) {
    CAPTURE(buffersize);
    CHECK(all_of(executor->map(multiply, items, numbers(5), {.buffersize = buffersize})) == squares(4));
  }
}

TEMPLATE_TEST_CASE("test_map_buffersize_on_infinite_iterable", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  Naturals items;
  auto results = executor->map(square, items, {.buffersize = 2});
  CHECK(results.next() == 0);
  CHECK(results.next() == 1);
  CHECK(results.next() == 4);
  CHECK(items.taken() <= 5);
}

TEMPLATE_TEST_CASE("test_map_buffersize_on_multiple_infinite_iterables", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  Naturals from_zero, from_ten(10);
  auto results = executor->map(multiply, from_zero, from_ten, {.buffersize = 2});
  CHECK(results.next() == 0);
  CHECK(results.next() == 11);
  CHECK(results.next() == 24);
  CHECK(from_zero.taken() <= 5);
  CHECK(from_ten.taken() <= 5);
}

TEMPLATE_TEST_CASE("test_map_buffersize_on_empty_iterable", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  auto results = executor->map(square, std::vector<int>{}, {.buffersize = 2});
  CHECK(results.next() == std::nullopt);
  CHECK(results.begin() == results.end());
}

TEMPLATE_TEST_CASE("test_map_buffersize_without_iterable", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  auto results = executor->map(MapOptions{.buffersize = 2}, [] { return 1; });
  CHECK(results.next() == std::nullopt);
}

TEMPLATE_TEST_CASE("test_map_buffersize_when_buffer_is_full", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  for (const int buffersize : {1, 2, 4}) {
    CAPTURE(buffersize);
    Naturals items;
    auto results = executor->map(square, items, {.buffersize = buffersize});
    CHECK(items.taken() == buffersize);
    CHECK(results.next() == 0);
    CHECK(items.taken() == buffersize + 1);  // the next item replaces the one that was taken
    CHECK(results.next() == 1);
    CHECK(items.taken() == buffersize + 2);
  }
}

TEMPLATE_TEST_CASE("test_free_reference", "[map]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> items = numbers(10);
  auto results = executor->map(make_watched, items);
  int count = 0;
  while (auto result = results.next()) {
    const std::weak_ptr<int> watched = result->value;
    result.reset();
    // The worker thread may not have released the call yet.
    CHECK(eventually([&] { return watched.expired(); }));
    ++count;
  }
  CHECK(count == 10);
}
