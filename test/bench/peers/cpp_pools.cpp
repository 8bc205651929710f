// cpp_pools CALLS WORKERS: measures calls in the thread pools of other C++ libraries and prints JSON, an
// object a line: no-op calls per second, round trip. Has those whose headers are installed.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <semaphore>
#include <vector>

#if __has_include(<boost/asio/thread_pool.hpp>)
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#define HAS_ASIO
#endif
#if __has_include(<oneapi/tbb/task_arena.h>)
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#define HAS_TBB
#endif

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// They outlive every call: a thread may still be in release() when the caller goes on.
std::atomic<std::size_t> calls_left = 0;
std::binary_semaphore done(0);

/// `submit` takes a function object, and runs it in a thread of the pool.
template <typename Submit>
void run_all(std::size_t calls, const Submit& submit) {
  calls_left = calls;
  for (std::size_t i = 0; i < calls; ++i)
    submit([] {
      if (--calls_left == 0) done.release();
    });
  done.acquire();
}

template <typename Submit>
void measure(const char* name, std::size_t calls, const Submit& submit) {
  run_all(1000, submit);  // all threads have started
  const std::size_t batch = std::min<std::size_t>(calls, 10'000);
  const auto begin = Clock::now();
  for (std::size_t left = calls / batch; left > 0; --left) run_all(batch, submit);
  const double rate = static_cast<double>(calls / batch * batch) / seconds_since(begin);

  std::vector<double> trips;
  for (std::size_t i = 0; i < std::max<std::size_t>(calls / 10, 1); ++i) {
    const auto start = Clock::now();
    submit([] { done.release(); });
    done.acquire();
    trips.push_back(seconds_since(start) * 1e6);
  }
  std::nth_element(trips.begin(), trips.begin() + static_cast<std::ptrdiff_t>(trips.size() / 2), trips.end());
  std::printf("{\"name\": \"%s\", \"calls_per_second\": %.0f, \"round_trip_us\": %.2f}\n", name, rate,
              trips[trips.size() / 2]);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  [[maybe_unused]] const auto calls = static_cast<std::size_t>(std::atoll(arguments[1]));
  [[maybe_unused]] const int workers = std::atoi(arguments[2]);
#ifdef HAS_ASIO
  {
    boost::asio::thread_pool pool(static_cast<std::size_t>(workers));
    measure("Boost.Asio post, no future", calls,
            [&pool](const auto& function) { boost::asio::post(pool, function); });
    pool.join();
  }
#endif
#ifdef HAS_TBB
  {
    // The main thread has a place in the arena, but never works there.
    const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                              static_cast<std::size_t>(workers) + 1);
    oneapi::tbb::task_arena arena(workers + 1, 1);
    measure("oneTBB enqueue, no future", calls, [&arena](const auto& function) { arena.enqueue(function); });
  }
#endif
}
