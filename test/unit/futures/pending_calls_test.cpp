// What a call costs while it waits.

#include "support/sanitizers.hpp"

#if !UNDER_ADDRESS_SANITIZER && !UNDER_THREAD_SANITIZER

#include "support/catch.hpp"

#include <spritefarm/futures.hpp>

#include <malloc.h>

#include <cstddef>
#include <future>
#include <thread>

using namespace spritefarm;

namespace {

/// The bytes that the main thread has allocated, with the allocator's own.
std::size_t allocated() {
  return ::mallinfo2().uordblks;
}

/// The bytes of each of many calls of `function` that wait for the only thread of a pool.
template <typename Function, typename... Args>
double bytes_of_pending(Function function, Args... args) {
  constexpr std::size_t calls = 100'000;
  std::promise<void> release;
  ThreadPoolExecutor pool({.max_workers = 1});
  const Future<void> busy = pool.submit([gate = release.get_future().share()] { gate.wait(); });
  while (!busy.running()) std::this_thread::yield();
  const std::size_t before = allocated();
  for (std::size_t i = 0; i < calls; ++i) pool.submit(function, args...);
  const double each = static_cast<double>(allocated() - before) / calls;
  release.set_value();
  return each;
}

}  // namespace

TEST_CASE("a call that waits for a thread takes at most 128 bytes, and its arguments and result",
          "[executor]") {
  CHECK(bytes_of_pending([] {}) <= 128);
  CHECK(bytes_of_pending([](int x) { return x; }, 1) <= 128 + 2 * sizeof(int));
}

#endif
