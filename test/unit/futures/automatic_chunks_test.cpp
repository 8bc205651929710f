// map() in a process pool without a chunksize: the pool decides how many items one call takes.

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/range_views.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/futures.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

std::vector<int> numbers_below(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// A function object whose codec counts how often it was sent: once for each call.
struct CountedTwice {
  static inline std::atomic<int> sent = 0;
  int operator()(int x) const { return 2 * x; }
  int member = 0;
};

/// The worker that ran an item, and how many it had run then.
struct Ran {
  int pid = 0;
  int count = 0;
  int item = 0;
};
/// Every 500th item is slow: its worker returns the rest of the call.
Ran run_unevenly(int item) {
  static int count = 0;
  if (item % 500 == 0) std::this_thread::sleep_for(3ms);
  return {getpid(), ++count, item};
}

/// Appends a byte to a file for each item that runs.
struct Touch {
  std::string file;
  std::chrono::microseconds time{};
  void operator()(int) const {
    std::this_thread::sleep_for(time);
    const int fd = open(file.c_str(), O_WRONLY | O_APPEND);
    const ssize_t written = write(fd, "x", 1);
    close(fd);
    if (written != 1) throw std::runtime_error("cannot write");
  }
};
std::string empty_file(const test::TempDir& folder) {
  const std::string file = (folder / "touched").string();
  close(open(file.c_str(), O_WRONLY | O_CREAT, 0600));
  return file;
}

/// Item 30,000 waits for the last one, which another worker must run.
struct WaitForLast {
  std::string file;
  int operator()(int item) const {
    if (item == 59'999) close(open(file.c_str(), O_WRONLY | O_CREAT, 0600));
    if (item == 30'000 && !test::eventually([this] { return std::filesystem::exists(file); }))
      throw std::runtime_error("the last item did not run");
    return item;
  }
};

}  // namespace

template <>
struct spritefarm::Codec<CountedTwice> {
  static void encode(Encoder& to, const CountedTwice& function) {
    ++CountedTwice::sent;
    spritefarm::encode(to, function.member);
  }
  static CountedTwice decode(Decoder& from) { return {spritefarm::decode<int>(from)}; }
};

TEST_CASE("a call takes several short items, and the results keep their order", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  const std::vector<int> numbers = numbers_below(50'000);
  CountedTwice::sent = 0;
  int expected = 0;
  for (const int result : pool.map(CountedTwice(), numbers))
    expected += result == 2 * expected ? 1 : 1'000'000;
  CHECK(expected == 50'000);
  CHECK(CountedTwice::sent < 25'000);

  CountedTwice::sent = 0;
  Executor& any = pool;
  long sum = 0;
  for (const int result : any.map(CountedTwice(), numbers, {.ordered = false})) sum += result;
  CHECK(sum == 2'499'950'000L);
  CHECK(CountedTwice::sent < 25'000);
}

TEST_CASE("a call takes one item if the map has other options for its calls", "[process]") {
  const std::vector<int> numbers = numbers_below(2000);
  const auto calls_of = [&numbers](ProcessPoolExecutor& pool, const MapOptions& options) {
    CountedTwice::sent = 0;
    int expected = 0;
    for (const int result : pool.map(CountedTwice(), numbers, options))
      expected += result == 2 * expected ? 1 : 1'000'000;
    CHECK(expected == 2000);
    return CountedTwice::sent.load();
  };
  {
    ProcessPoolExecutor pool{{.max_workers = 1}};
    CHECK(calls_of(pool, {.chunksize = 1}) == 2000);
    CHECK(calls_of(pool, {.task = {.timeout = 1h}}) == 2000);
    CHECK(calls_of(pool, {.task = {.retries = 1}}) == 2000);
  }
  ProcessPoolExecutor limited{{.max_workers = 1, .max_result_size = 1000}};
  CHECK(calls_of(limited, {}) == 2000);
}

TEST_CASE("each item runs once, also those that a worker returns", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  const std::vector<int> numbers = numbers_below(20'000);
  const bool ordered = GENERATE(true, false);
  std::map<int, int> counts;
  std::vector<int> items;
  for (const Ran& ran : pool.map(run_unevenly, numbers, {.ordered = ordered})) {
    counts[ran.pid] = std::max(counts[ran.pid], ran.count);
    items.push_back(ran.item);
  }
  int runs = 0;
  for (const auto& [pid, count] : counts) runs += count;
  CHECK(runs == 20'000);
  if (!ordered) std::sort(items.begin(), items.end());
  CHECK(items == numbers);
}

TEST_CASE("a slow item does not hold up the items of other calls", "[process]") {
  const test::TempDir folder;
  ProcessPoolExecutor pool{{.max_workers = 2}};
  int next = 0;
  bool right = true;
  for (const int item : pool.map(WaitForLast{(folder / "last").string()}, numbers_below(60'000)))
    right = right && item == next++;
  CHECK(right);
  CHECK(next == 60'000);
}

TEST_CASE("a map that nobody reads runs all items, also those that a worker returns after the shutdown",
          "[process]") {
  const test::TempDir folder;
  const std::string file = empty_file(folder);
  const bool is_slow = GENERATE(true, false);
  const int count = is_slow ? 200 : 5000;
  {
    ProcessPoolExecutor pool{{.max_workers = 2}};
    pool.map(Touch{file, 0us}, numbers_below(count));
    if (is_slow) pool.map(Touch{file, 2ms}, numbers_below(count));
  }
  CHECK(std::filesystem::file_size(file) == static_cast<std::uintmax_t>(is_slow ? 2 * count : count));
}

TEST_CASE("leaving a map cancels what has not run", "[process]") {
  const test::TempDir folder;
  const std::string file = empty_file(folder);
  {
    ProcessPoolExecutor pool{{.max_workers = 2}};
    int left = 10;
    auto results = pool.map(Touch{file, 500us}, numbers_below(20'000));
    while (left-- > 0) results.next();
  }
  CHECK(std::filesystem::file_size(file) < 10'000);
}

TEST_CASE("shutdown with cancel_futures cancels the rest of a map", "[process]") {
  const test::TempDir folder;
  const std::string file = empty_file(folder);
  ProcessPoolExecutor pool{{.max_workers = 2}};
  auto results = pool.map(Touch{file, 300us}, numbers_below(20'000));
  results.next();
  pool.shutdown(true, true);
  std::uintmax_t done = 1, cancelled = 0;
  while (true) try {
      if (!results.next()) break;
      ++done;
    } catch (const CancelledError&) {
      ++cancelled;
    }
  CHECK(done + cancelled == 20'000);
  CHECK(cancelled > 0);
  CHECK(std::filesystem::file_size(file) == done);
}

TEST_CASE("an item that throws costs no other item", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  auto results = pool.map(
      [](int item) {
        if (item % 100 == 7) throw std::out_of_range(std::to_string(item));
        return item;
      },
      numbers_below(10'000));
  int next = 0, thrown = 0;
  while (true) {
    try {
      const std::optional<int> result = results.next();
      if (!result) break;
      CHECK(*result == next);
    } catch (const std::out_of_range& error) {
      CHECK(std::string(error.what()) == std::to_string(next));
      ++thrown;
    }
    ++next;
  }
  CHECK(next == 10'000);
  CHECK(thrown == 100);
}

TEST_CASE("the death of a worker costs the items of its call", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  auto results = pool.map(
      [](int item) {
        if (item == 5000) raise(SIGKILL);
        return item;
      },
      numbers_below(10'000));
  int next = 0, lost = 0;
  bool right = true, died_here = false;
  while (true) {
    try {
      const std::optional<int> result = results.next();
      if (!result) break;
      right = right && *result == next;
    } catch (const WorkerDied&) {
      ++lost;
      died_here = died_here || next == 5000;
    }
    ++next;
  }
  CHECK(next == 10'000);
  CHECK(right);
  CHECK(died_here);
  CHECK(lost <= 1024);
}

#if HAS_RANGE_VIEWS
TEST_CASE("a lazy map takes no more items than its buffersize", "[process]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  int given = 0;
  auto numbers = std::views::iota(0, 20'000) | std::views::transform([&given](int x) { return ++given, x; });
  int taken = 0;
  int max_ahead = 0;
  for (const int result : pool.map([](int x) { return x; }, numbers, {.buffersize = 400})) {
    if (result != taken++) FAIL("out of order");
    max_ahead = std::max(max_ahead, given - taken);
  }
  CHECK(taken == 20'000);
  CHECK(max_ahead <= 400 + 1024);  // and the call whose results are being taken
}
#endif

TEST_CASE("map takes and gives items that can only be moved", "[process]") {
  const auto twice = [](std::unique_ptr<int> item) { return std::make_unique<int>(2 * *item); };
  const auto pointers = [] {
    std::vector<std::unique_ptr<int>> made;
    for (int i = 0; i < 100; ++i) made.push_back(std::make_unique<int>(i));
    return made;
  };
  ProcessPoolExecutor processes{{.max_workers = 1}};
  ThreadPoolExecutor threads{{.max_workers = 1}};
  int sum = 0;
  for (const std::unique_ptr<int>& result : processes.map(twice, pointers())) sum += *result;
  CHECK(sum == 9900);
  for (const std::unique_ptr<int>& result : threads.map(twice, pointers(), {.chunksize = 7})) sum += *result;
  CHECK(sum == 2 * 9900);
}
