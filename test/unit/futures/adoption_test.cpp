// What a program does that adopts the library: types, ranges, exceptions and uses that nobody thought of.

#include "support/catch.hpp"
#include "support/range_views.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>

#include <any>
#include <atomic>
#include <filesystem>
#include <forward_list>
#include <future>
#include <list>
#include <map>
#include <ranges>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

// ---- types

struct Bits {
  int a : 3;
  unsigned b : 5;
};
struct CArray {
  int head;
  int values[3];
};
struct Base {
  int base;
};
struct Derived : Base {
  int own;
};
struct NoData {};
struct OnNoData : NoData {
  int own;
};
struct Anonymous {
  int kind;
  union {
    int i;
    float f;
  };
};
struct Many {
  int f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18;
};
struct Recursive {
  int value;
  std::vector<Recursive> children;
};
struct MoveOnly {
  std::unique_ptr<int> value;
};
struct NoDefault {
  explicit NoDefault(int x) : value(x) {}
  int value;
};
struct Constant {
  const int value;
};
template <typename... Types>
constexpr bool none_portable = !(Portable<Types> || ...);
static_assert(none_portable<CArray, Derived, Anonymous, Many, Recursive, std::vector<Recursive>>);
static_assert(Portable<Bits> && Portable<MoveOnly> && Portable<OnNoData> && Portable<NoData> &&
              Portable<Constant>);

struct Serial {
  SerialExecutor pool;
};
struct Threads {
  ThreadPoolExecutor pool{{.max_workers = 2}};
};

template <typename Type>
Type same(Type value) {
  return value;
}
int counted(int x) {
  return x + 1;
}

// ---- exceptions

struct ParseError : std::invalid_argument {
  ParseError(const std::string& text, int at) : std::invalid_argument(text), line(at) {}
  int line;
};
struct PlainError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct NotRegistered : std::out_of_range {
  using std::out_of_range::out_of_range;
};
struct NoStdException {
  int code;
};

std::exception_ptr crossed(const std::exception_ptr& exception) {
  Encoder to;
  encode(to, exception);
  const std::string bytes = std::move(to).take();
  Decoder from(bytes);
  return decode<std::exception_ptr>(from);
}
/// Sends an exception and catches it as the same type.
template <typename Error>
void check_same(const Error& error) {
  CAPTURE(error.what());
  try {
    std::rethrow_exception(crossed(std::make_exception_ptr(error)));
  } catch (const std::exception& got) {
    CHECK(typeid(got) == typeid(Error));
    CHECK(std::string(got.what()) == error.what());
  }
}

// ---- time and signals

Task<int> identity(int x) {
  co_return x;
}
Task<int> descend(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await descend(depth - 1);
}
Task<long> loop(int count) {
  long sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await identity(1);
  co_return sum;
}
bool blocks_signals() {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return ::sigismember(&mask, SIGTERM) && ::sigismember(&mask, SIGINT) && ::sigismember(&mask, SIGCHLD);
}

}  // namespace

template <>
struct spritefarm::Codec<ParseError> {
  static void encode(Encoder& to, const ParseError& error) {
    spritefarm::encode(to, std::string(error.what()));
    spritefarm::encode(to, error.line);
  }
  static ParseError decode(Decoder& from) {
    auto text = spritefarm::decode<std::string>(from);
    return {text, spritefarm::decode<int>(from)};
  }
};

namespace {
const PortableException<ParseError> parse_error;
const PortableException<PlainError> plain_error;
const PortableException<NoStdException> no_std_exception;
}  // namespace

TEMPLATE_TEST_CASE("calls that cross nothing take every movable type", "[executor]", Serial, Threads) {
  TestType with;
  auto& pool = with.pool;
  CHECK(pool.submit(same<CArray>, CArray{1, {2, 3, 4}}).result().values[2] == 4);
  CHECK(pool.submit(same<Bits>, Bits{-1, 9}).result().b == 9);
  CHECK(pool.submit(same<Derived>, Derived{{1}, 2}).result().base == 1);
  CHECK(pool.submit(same<Anonymous>, Anonymous{1, {2}}).result().i == 2);
  CHECK(pool.submit(same<Many>, Many{}).result().f18 == 0);
  CHECK(pool.submit(same<Recursive>, Recursive{1, {{2, {}}}}).result().children.size() == 1);
  CHECK(*pool.submit(same<MoveOnly>, MoveOnly{std::make_unique<int>(3)}).result().value == 3);
  CHECK(pool.submit(same<NoDefault>, NoDefault(4)).result().value == 4);
  CHECK(pool.submit([owned = std::make_unique<int>(5)] { return *owned; }).result() == 5);
  int seen = 0;
  std::vector<std::unique_ptr<int>> movables;
  movables.push_back(std::make_unique<int>(6));
  for (const int x :
       pool.map([owned = std::make_unique<int>(1)](std::unique_ptr<int> item) { return *item + *owned; },
                std::move(movables)))
    seen += x;
  CHECK(seen == 7);
  Executor& any = pool;
  CHECK(any.submit(same<CArray>, CArray{1, {2, 3, 4}}).result().head == 1);
}

TEST_CASE("aggregates of unusual shapes cross or are refused", "[codec]") {
  Encoder to;
  encode(to, Bits{-2, 7});
  encode(to, OnNoData{{}, 4});
  encode(to, Constant{5});
  const std::string bytes = std::move(to).take();
  Decoder from(bytes);
  const Bits bits = decode<Bits>(from);
  CHECK(bits.a == -2);
  CHECK(bits.b == 7);
  CHECK(decode<OnNoData>(from).own == 4);
  CHECK(decode<Constant>(from).value == 5);
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Executor& any = pool;
  CHECK_THROWS_AS(any.submit(same<CArray>, CArray{}).result(), CodecError);
}

TEMPLATE_TEST_CASE("map keeps values of every range", "[executor]", Serial, Threads) {
  TestType with;
  auto& pool = with.pool;
  const auto collect = [&](auto&& results) {
    std::vector<std::string> all;
    while (auto next = results.next()) all.push_back(*next);
    return all;
  };
  const auto text = [](const auto& item) {
    std::ostringstream to;
    to << item;
    return to.str();
  };
  const MapOptions lazy{.buffersize = 1};
  using Texts = std::vector<std::string>;

  SECTION("proxies") {
    auto results = [&] {
      std::vector<bool> flags{true, false, true};
      auto eager = pool.map([](bool flag) { return std::string(flag ? "1" : "0"); }, flags);
      flags.assign(1000, true);  // frees what the proxies refer to
      return eager;
    }();
    CHECK(collect(std::move(results)) == Texts{"1", "0", "1"});
  }
#if HAS_RANGE_VIEWS
  SECTION("views, alone and in pairs and tuples") {
    auto results = [&] {
      const std::string words = "a,bc,d";
      return pool.map(text, words | std::views::split(','));
    }();
    CHECK(collect(std::move(results)) == Texts{"a", "bc", "d"});
    auto pairs = [&] {
      const std::string word = "long enough to be on the heap, certainly";
      return pool.map([](const auto& pair) { return std::string(pair.first) + pair.second; },
                      std::views::iota(0, 2) | std::views::transform([&](int) {
                        return std::pair<std::string_view, const std::string&>(word, word);
                      }));
    }();
    CHECK(collect(std::move(pairs)).size() == 2);
  }
#endif
  SECTION("an initializer list, lazily") {
    auto results =
        pool.map(text, std::initializer_list<std::string>{"long enough to be on the heap, one", "b"}, lazy);
    CHECK(collect(std::move(results)) == Texts{"long enough to be on the heap, one", "b"});
  }
#if HAS_RANGE_VIEWS
  SECTION("single-pass ranges") {
    std::istringstream numbers("1 2 3");
    auto results = pool.map(text, std::views::istream<int>(numbers), lazy);
    CHECK(collect(std::move(results)) == Texts{"1", "2", "3"});
  }
#endif
  SECTION("an rvalue container outlives the results") {
    for (const auto& options : {MapOptions{}, lazy}) {
      CHECK(collect(pool.map(text, std::list<int>{1, 2}, options)) == Texts{"1", "2"});
      CHECK(collect(pool.map(text, std::set<int>{1, 2}, options)) == Texts{"1", "2"});
      CHECK(collect(pool.map(text, std::forward_list<int>{1, 2}, options)) == Texts{"1", "2"});
      CHECK(collect(pool.map([](const auto& entry) { return entry.second; },
                             std::map<int, std::string>{{1, "x"}}, options)) == Texts{"x"});
    }
  }
#if HAS_RANGE_VIEWS
  SECTION("an iterator that throws ends the map") {
    const auto items = std::views::iota(0, 5) | std::views::transform([](int x) {
                         return x == 3 ? throw std::domain_error("no item") : x;
                       });
    CHECK_THROWS_AS(pool.map(text, items), std::domain_error);
    auto results = pool.map(text, items, lazy);
    CHECK(results.next() == "0");
    CHECK(results.next() == "1");
    CHECK_THROWS_AS(results.next(), std::domain_error);
    CHECK_FALSE(results.next());
  }
#endif
}

TEST_CASE("a map that nobody reads runs its calls", "[executor]") {
  std::atomic<int> calls = 0;
  {
    ThreadPoolExecutor pool{{.max_workers = 1}};
    pool.map([&](int) { ++calls; }, std::vector<int>(100));
  }
  CHECK(calls == 100);
}

TEMPLATE_TEST_CASE("an executor can be ended in its own calls", "[executor]", Serial, Threads) {
  auto with = std::make_shared<TestType>();
  std::atomic<bool> entered = false;
  SECTION("shut down in a call") {
    auto call = with->pool.submit([&] { with->pool.shutdown(); });
    if (std::same_as<TestType, Threads>)
      CHECK_THROWS_AS(call.result(), std::runtime_error);
    else
      call.result();
    CHECK_THROWS_AS(with->pool.submit(counted, 1), std::runtime_error);
  }
  SECTION("shut down in a coroutine") {
    const auto shut_down = [](Executor* pool) -> Task<void> {
      co_await sleep_for(1ms);
      pool->shutdown(false);
    };
    with->pool.submit(shut_down, &with->pool).result();
  }
  SECTION("shut down in a callback") {
    Future<int> call = with->pool.submit(counted, 1);
    call.add_done_callback([&](const Future<int>&) {
      with->pool.shutdown(false);
      entered = true;
    });
    while (!entered) std::this_thread::yield();
  }
  SECTION("destroyed in a call") {
    std::atomic<bool> may_end = false;
    Future<int> call =
        with->pool.submit([owner = with, &may_end, is_serial = std::same_as<TestType, Serial>]() mutable {
          while (!is_serial && !may_end) std::this_thread::yield();
          owner.reset();
          return 7;
        });
    with.reset();
    may_end = true;
    CHECK(call.result() == 7);
  }
  SECTION("destroyed in a coroutine") {
    const auto destroy = [](std::shared_ptr<TestType> owner) -> Task<int> {
      co_await sleep_for(20ms);
      owner.reset();
      co_await sleep_for(1ms);
      co_return 8;
    };
    Future<int> call = with->pool.submit(destroy, with);
    with.reset();
    CHECK(call.result() == 8);
  }
}

TEST_CASE("every duration up to max() is for ever", "[executor]") {
  constexpr auto for_ever = std::chrono::hours::max();
  ProcessPoolExecutor processes{{.max_workers = 1, .terminate_grace = for_ever}};  // before there are threads
  CHECK(processes.submit(TaskOptions{.timeout = for_ever}, counted, 1).result() == 2);
  ThreadPoolExecutor pool{{.max_workers = 1}};
  CHECK(pool.submit(TaskOptions{.timeout = for_ever}, counted, 1).result(for_ever) == 2);
  CHECK(pool.submit(TaskOptions{.timeout = for_ever}, identity, 1).result(std::chrono::years::max()) == 1);
  CHECK(pool.map(counted, std::vector{1}, {.timeout = std::chrono::nanoseconds::max()}).next() == 2);
  std::vector futures{pool.submit(counted, 1)};
  CHECK(wait(futures, std::chrono::duration<double>::max()).done.size() == 1);
  for (auto& each : as_completed(futures, for_ever)) CHECK(each.result() == 2);
  Queue<int> queue;
  queue.put(1);
  CHECK(queue.get(for_ever) == 1);
  Event event;
  event.set();
  CHECK(event.wait(std::chrono::milliseconds::max()));
  CHECK_THROWS_AS(Future<int>().result(std::chrono::hours::min()), TimeoutError);
  EventLoop own;
  const auto timer = own.call_after(for_ever, [] { FAIL("it is not due"); });
  own.run_once(1ms);
}

TEST_CASE("a million awaits use constant stack", "[task]") {
  SerialExecutor pool;
  CHECK(pool.submit(loop, 1'000'000).result() == 1'000'000);
  CHECK(pool.submit(descend, 1'000'000).result() == 1'000'000);
}

TEST_CASE("the library's threads block all signals, its callers do not", "[executor]") {
  ProcessPoolExecutor processes{{.max_workers = 1}};  // before there are threads
  ThreadPoolExecutor pool{{.max_workers = 1}};
  CHECK(pool.submit(blocks_signals).result());
  CHECK_FALSE(blocks_signals());
  CHECK_FALSE(processes.submit(blocks_signals).result());
  std::atomic<int> seen = -1;
  auto call = processes.submit([] { std::this_thread::sleep_for(10ms); });
  call.add_done_callback([&](const Future<void>&) { seen = blocks_signals(); });
  while (seen < 0) std::this_thread::yield();
  CHECK(seen == 1);
}

TEST_CASE("every standard exception arrives as itself", "[codec][exception]") {
  check_same(std::logic_error("a"));
  check_same(std::invalid_argument("a"));
  check_same(std::domain_error("a"));
  check_same(std::length_error("a"));
  check_same(std::out_of_range("a"));
  check_same(std::runtime_error("a"));
  check_same(std::range_error("a"));
  check_same(std::overflow_error("a"));
  check_same(std::underflow_error("a"));
  check_same(std::system_error(2, std::generic_category(), "open"));
  check_same(std::ios_base::failure("read", std::io_errc::stream));
  check_same(std::future_error(std::future_errc::no_state));
  const std::error_code code(2, std::generic_category());
  check_same(std::filesystem::filesystem_error("a", code));
  check_same(std::filesystem::filesystem_error("a", "b [c]", code));
  check_same(std::filesystem::filesystem_error("a", "b", "c", code));
  check_same(std::regex_error(std::regex_constants::error_paren));
  check_same(std::bad_alloc());
  check_same(std::bad_array_new_length());
  check_same(std::bad_cast());
  check_same(std::bad_any_cast());
  check_same(std::bad_typeid());
  check_same(std::bad_exception());
  check_same(std::bad_function_call());
  check_same(std::bad_weak_ptr());
  check_same(std::bad_optional_access());
  check_same(std::bad_variant_access());
  check_same(WorkerDied({.pid = 7, .signal = 9}));
  check_same(BrokenProcessPool("a"));
}

TEST_CASE("a registered exception arrives as itself, with its data and causes", "[codec][exception]") {
  check_same(PlainError("plain"));
  try {
    std::rethrow_exception(crossed(std::make_exception_ptr(ParseError("bad token", 7))));
  } catch (const std::invalid_argument& error) {
    CHECK(dynamic_cast<const ParseError&>(error).line == 7);
  }
  try {
    std::rethrow_exception(crossed(std::make_exception_ptr(NoStdException{5})));
  } catch (const NoStdException& error) {
    CHECK(error.code == 5);
  }
  try {
    try {
      throw ParseError("inner", 3);
    } catch (...) {
      std::throw_with_nested(PlainError("outer"));
    }
  } catch (...) {
    try {
      std::rethrow_exception(crossed(std::current_exception()));
    } catch (const PlainError& error) {
      CHECK_THROWS_AS(std::rethrow_if_nested(error), ParseError);
    }
  }
}

TEST_CASE("an unregistered exception keeps its standard base", "[codec][exception]") {
  try {
    std::rethrow_exception(crossed(std::make_exception_ptr(NotRegistered("beyond"))));
  } catch (const std::out_of_range& error) {
    CHECK(std::string(error.what()) == "beyond");
    CHECK(dynamic_cast<const RemoteType&>(error).type_name().find("NotRegistered") != std::string::npos);
  }
}

TEST_CASE("a waiter leaves a future in constant time", "[executor]") {
  // With a list that is searched, these are 10^10 steps.
  Future<int> pending;
  constexpr std::size_t count = 100'000;
  std::vector<std::unique_ptr<detail::Completions>> waiters(count);
  for (auto& each : waiters) {
    each = std::make_unique<detail::Completions>();
    each->watch(pending.state());
  }
  for (auto each = waiters.begin(); each != waiters.end(); ++each) each->reset();
  pending.set_result(1);
  CHECK(pending.result() == 1);
}
