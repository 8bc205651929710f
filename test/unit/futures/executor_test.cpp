#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <numeric>
#include <set>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

// Factories of each kind of executor with the same interface.
struct Serial {
  static constexpr bool forks = false;
  static std::unique_ptr<Executor> make(int, int, std::function<void()> initializer = {}) {
    return std::make_unique<SerialExecutor>(SerialExecutorOptions{std::move(initializer)});
  }
};
struct Threads {
  static constexpr bool forks = false;
  static std::unique_ptr<Executor> make(int workers, int concurrency,
                                        std::function<void()> initializer = {}) {
    return std::make_unique<ThreadPoolExecutor>(ThreadPoolExecutorOptions{
        .max_workers = workers, .worker_concurrency = concurrency, .initializer = std::move(initializer)});
  }
};
struct Processes {
  static constexpr bool forks = true;
  static std::unique_ptr<Executor> make(int workers, int concurrency,
                                        std::function<void()> initializer = {}) {
    return std::make_unique<ProcessPoolExecutor>(ProcessPoolExecutorOptions{
        .max_workers = workers, .worker_concurrency = concurrency, .initializer = std::move(initializer)});
  }
};

int add(int a, int b) {
  return a + b;
}
int twice(int x) {
  return 2 * x;
}
std::string join(const std::string& a, std::string_view b) {
  return a + std::string(b);
}
void nothing() {}
int fails(int code) {
  switch (code) {
    case 0:
      throw std::invalid_argument("zero");
    case 1:
      throw std::system_error(ENOENT, std::generic_category(), "open it");
    case 2:
      throw 42;
    default:
      try {
        throw std::out_of_range("inner");
      } catch (...) {
        std::throw_with_nested(std::runtime_error("outer"));
      }
  }
}
struct OwnError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
void throws_own_type() {
  throw OwnError("own");
}

struct Sprite {
  std::string name;
  std::vector<int> pixels;
};
Sprite paint(const Sprite& sprite) {
  Sprite painted = sprite;
  for (int& pixel : painted.pixels) pixel *= 2;
  return painted;
}

struct Scale {  // a function object with a codec
  int factor = 1;
  int operator()(int x) const { return factor * x; }
};

Task<int> add_later(int a, int b, std::chrono::milliseconds delay) {
  co_await sleep_for(delay);
  co_return a + b;
}
Task<void> fail_later() {
  co_await sleep_for(1ms);
  throw std::domain_error("later");
}

std::string text_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

TEMPLATE_TEST_CASE("submit returns the result of any kind of function", "[executor]", Serial, Threads,
                   Processes) {
  const auto pool = TestType::make(2, 4);
  CHECK(pool->submit(add, 1, 2).result() == 3);
  CHECK(pool->submit([](int x) { return x * x; }, 7).result() == 49);
  CHECK(pool->submit(Scale{3}, 5).result() == 15);
  CHECK(pool->submit(join, "a", std::string("b")).result() == "ab");
  CHECK(pool->submit(join, std::string_view("long"), "er").result() == "longer");
  CHECK(pool->submit(add_later, 1, 2, 1ms).result() == 3);
  CHECK(pool->submit(paint, Sprite{"pikachu", {1, 2}}).result().pixels == std::vector<int>{2, 4});
  pool->submit(nothing).result();
  CHECK(pool->submit(nothing).exception() == nullptr);
}

TEMPLATE_TEST_CASE("an exception comes back with its type", "[executor]", Serial, Threads, Processes) {
  const auto pool = TestType::make(1, 1);
  CHECK_THROWS_AS(pool->submit(fails, 0).result(), std::invalid_argument);
  CHECK(text_of(pool->submit(fails, 0).exception()) == "zero");
  CHECK_THROWS_AS(pool->submit(fail_later).result(), std::domain_error);
  try {
    pool->submit(fails, 1).result();
    FAIL("no exception");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK(std::string(error.what()) == std::system_error(ENOENT, std::generic_category(), "open it").what());
  }
  try {
    pool->submit(fails, 3).result();
    FAIL("no exception");
  } catch (const std::runtime_error& error) {
    CHECK(std::string(error.what()) == "outer");
    CHECK_THROWS_AS(std::rethrow_if_nested(error), std::out_of_range);
  }
  if (TestType::forks) {
    CHECK_THROWS_AS(pool->submit(fails, 2).result(), RemoteError);
    try {
      pool->submit(throws_own_type).result();
      FAIL("no exception");
    } catch (const RemoteError& error) {
      CHECK(error.type_name().find("OwnError") != std::string::npos);
      CHECK(std::string(error.what()) == "own");
    }
  }
}

TEMPLATE_TEST_CASE("as_completed yields the results of hundreds of calls", "[executor]", Serial, Threads,
                   Processes) {
  const auto pool = TestType::make(3, 8);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 300; ++i)
    futures.push_back(i % 2 ? pool->submit(add, i, 0) : pool->submit(add_later, i, 0, 1ms));
  std::set<int> results;
  for (const Future<int>& future : as_completed(futures, 60s)) results.insert(future.result());
  CHECK(results.size() == 300);
  CHECK(wait(futures).not_done.empty());
}

TEMPLATE_TEST_CASE("one worker has many coroutines in flight", "[executor]", Threads, Processes) {
  // Each call waits for all: with fewer in flight at a time they would never end.
  static int arrived;  // a worker process has its own
  arrived = 0;
  const auto pool = TestType::make(1, 16);
  auto meet = []() -> Task<int> {
    ++arrived;
    while (arrived < 16) co_await sleep_for(100us);
    co_return arrived;
  };
  std::vector<Future<int>> futures;
  for (int i = 0; i < 16; ++i) futures.push_back(pool->submit(meet));
  for (const Future<int>& future : futures) CHECK(future.result(60s) == 16);
}

TEMPLATE_TEST_CASE("the initializer runs in each worker before its first call", "[executor]", Serial, Threads,
                   Processes) {
  static thread_local int state;
  state = 0;
  int captured = 17;
  const auto pool = TestType::make(2, 1, [captured] { state = captured; });
  for (int i = 0; i < 20; ++i) CHECK(pool->submit([] { return state; }).result() == 17);
}

TEMPLATE_TEST_CASE("a pool whose initializer throws is broken and does not hang", "[executor]", Threads,
                   Processes) {
  const auto pool = TestType::make(2, 1, [] { throw std::runtime_error("no licence"); });
  Future<int> future;
  try {
    future = pool->submit(add, 1, 2);
    CHECK_THROWS_AS(future.result(), BrokenExecutor);
    CHECK(text_of(future.exception()).find("no licence") != std::string::npos);
  } catch (const BrokenExecutor&) {
  }
  CHECK_THROWS_AS(pool->submit(add, 1, 2), BrokenExecutor);
}

TEMPLATE_TEST_CASE("shutdown finishes the submitted calls and refuses new ones", "[executor]", Serial,
                   Threads, Processes) {
  const auto pool = TestType::make(2, 1);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 50; ++i) futures.push_back(pool->submit(twice, i));
  pool->shutdown();
  for (int i = 0; i < 50; ++i) CHECK(futures[i].result() == 2 * i);
  CHECK_THROWS_AS(pool->submit(twice, 1), std::runtime_error);
  pool->shutdown();
}

TEMPLATE_TEST_CASE("shutdown can cancel the calls that have not started", "[executor]", Threads, Processes) {
  const auto pool = TestType::make(2, 1);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 50; ++i) futures.push_back(pool->submit(add_later, i, 0, 5ms));
  pool->shutdown(true, true);
  int cancelled = 0;
  for (const Future<int>& future : futures) {
    CHECK(future.done());
    cancelled += future.cancelled();
  }
  CHECK(cancelled > 20);
}

TEMPLATE_TEST_CASE("a done callback may submit", "[executor]", Serial, Threads, Processes) {
  const auto pool = TestType::make(2, 1);
  Queue<int> results;
  pool->submit(twice, 1).add_done_callback([&](const Future<int>& first) {
    pool->submit(twice, first.result()).add_done_callback([&](const Future<int>& second) {
      results.put(second.result());
    });
  });
  CHECK(results.get(60s) == 4);
}

TEMPLATE_TEST_CASE("a number of workers below 1 is refused", "[executor]", Threads, Processes) {
  CHECK_THROWS_AS(TestType::make(-1, 1), std::invalid_argument);
  CHECK_THROWS_AS(TestType::make(1, 0), std::invalid_argument);
}

TEST_CASE("start_workers starts workers before calls are submitted", "[executor]") {
  const TempDir folder;
  const auto name_self = [&folder] {
    write_file(folder / (std::to_string(::getpid()) + "." + std::to_string(::gettid())), "");
  };
  const auto names = [&folder] { return read_tree(folder.path()).size(); };
  const auto comes_to = [&names](std::size_t count) {
    for (int tries = 0; tries < 60'000 && names() < count; ++tries) ::usleep(1000);
    return names();
  };
  const auto check_starts = [&](auto& pool) {
    pool.start_workers(2);
    CHECK(comes_to(2) == 2);
    pool.start_workers(1);
    pool.start_workers();
    CHECK(comes_to(3) == 3);
    pool.start_workers(100);
    CHECK(pool.submit(add, 40, 2).result() == 42);
    CHECK(names() == 3);
    pool.shutdown();
    CHECK_THROWS_AS(pool.start_workers(), std::runtime_error);
    CHECK(names() == 3);
  };
  SECTION("processes") {
    ProcessPoolExecutor pool{{.max_workers = 3, .initializer = name_self}};
    check_starts(pool);
  }
  SECTION("threads") {
    ThreadPoolExecutor pool{{.max_workers = 3, .initializer = name_self}};
    check_starts(pool);
  }
}

TEST_CASE("through Executor, a call that cannot be sent fails in its future", "[executor][process]") {
  const auto pool = Processes::make(1, 1);
  int captured = 1;
  CHECK_THROWS_AS(pool->submit([captured] { return captured; }).result(), CodecError);
  CHECK_THROWS_AS(pool->submit([](const int* p) { return *p; }, &captured).result(), CodecError);
}

TEST_CASE("workers are processes, forked on demand and reused", "[executor][process]") {
  ProcessPoolExecutor pool{{.max_workers = 4}};
  CHECK(pool.worker_pids().empty());
  std::set<int> pids;
  for (int i = 0; i < 10; ++i) pids.insert(pool.submit([] { return static_cast<int>(::getpid()); }).result());
  CHECK(pids.size() == 1);
  CHECK(pids.count(::getpid()) == 0);
  CHECK(pool.worker_pids() == std::vector<int>(pids.begin(), pids.end()));
}

TEST_CASE("arguments and results can be larger than a pipe", "[executor][process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{8} << 20}) {
    std::string text(size, 'x');
    std::iota(text.begin(), text.end(), char{0});
    CHECK(pool.submit([](const std::string& payload) { return payload; }, text).result() == text);
  }
}

TEST_CASE("the death of a worker fails only the call that it ran", "[executor][process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  std::vector<Future<int>> innocent;
  for (int i = 0; i < 20; ++i) innocent.push_back(pool.submit(twice, i));
  Future<void> killed = pool.submit([] { ::raise(SIGKILL); });
  Future<void> exited = pool.submit([] { ::_exit(99); });
  for (int i = 20; i < 40; ++i) innocent.push_back(pool.submit(twice, i));
  for (int i = 0; i < 40; ++i) CHECK(innocent[i].result(60s) == 2 * i);
  try {
    killed.result();
    FAIL("no exception");
  } catch (const WorkerDied& error) {
    CHECK(error.how().signal == SIGKILL);
    CHECK(error.how().pid > 0);
  }
  try {
    exited.result();
    FAIL("no exception");
  } catch (const WorkerDied& error) {
    CHECK(error.how().exit_code == 99);
    CHECK(std::string(error.what()).find("99") != std::string::npos);
  }
  CHECK(pool.worker_deaths() == 2);
}

TEST_CASE("a call whose worker died is retried at most `retries` times", "[executor][process]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  char name[] = "/tmp/spritefarm-retries-XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  // Dies twice: the file's size counts the starts.
  auto dies_twice = [](const std::string& file) {
    FILE* const starts = std::fopen(file.c_str(), "a+");
    std::fputc('x', starts);
    std::fflush(starts);
    const long count = std::ftell(starts);
    std::fclose(starts);
    if (count < 3) ::raise(SIGKILL);
    return count;
  };
  CHECK_THROWS_AS(pool.submit(TaskOptions{.retries = 0}, dies_twice, name).result(60s), WorkerDied);
  REQUIRE(::ftruncate(fd, 0) == 0);
  CHECK(pool.submit(TaskOptions{.retries = 2}, dies_twice, name).result(60s) == 3);
  ::close(fd);
  ::unlink(name);
}

TEST_CASE("a pool cannot be created in a program with threads", "[executor][process]") {
  Event leave;
  std::thread other([&leave] { leave.wait(); });
  CHECK_THROWS_AS(ProcessPoolExecutor{}, std::logic_error);
  leave.set();
  other.join();
}
