#include "measurements/measurement.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

int quick(int x) {
  return x;
}
void ignore_sigterm() {
  (void)::signal(SIGTERM, SIG_IGN);
  while (true) ::pause();
}

/// Makes one call at a time until `enough()`. Returns the time of the slowest call.
template <typename Enough>
Clock::duration max_call_time(ProcessPoolExecutor& pool, Enough enough) {
  Clock::duration max_time{};
  while (!enough()) {
    const auto begin = Clock::now();
    pool.submit(quick, 1).result(60s);
    max_time = std::max(max_time, Clock::now() - begin);
  }
  return max_time;
}

}  // namespace

Measured deadline(const Form& form) {
  const int runs = form.times(10, 2);
  constexpr auto timeout = 200ms;
  ProcessPoolExecutor pool{{.max_workers = 3, .terminate_grace = 500ms}};
  Clock::duration alone{}, beside{}, max_delay{};
  bool failed_rightly = true;
  for (int run = 0; run < runs; ++run) {
    const auto begin = Clock::now();
    alone = std::max(alone, max_call_time(pool, [&] { return Clock::now() > begin + 100ms; }));
    Clock::time_point failed_at{};
    std::atomic<bool> failed = false;
    const auto submitted_at = Clock::now();
    Future<void> stubborn = pool.submit(TaskOptions{.timeout = timeout}, ignore_sigterm);
    stubborn.add_done_callback([&](const Future<void>&) {
      failed_at = Clock::now();
      failed = true;
    });
    // Also during terminate_grace, while the pool waits for the worker to end by SIGTERM.
    beside =
        std::max(beside, max_call_time(pool, [&] { return failed && Clock::now() > failed_at + 300ms; }));
    max_delay = std::max(max_delay, failed_at - submitted_at - timeout);
    try {
      stubborn.result(0s);
      failed_rightly = false;
    } catch (const TimeoutError&) {
    }
  }
  return {failed_rightly && form.in_time(max_delay, 100ms) && form.in_time(beside, alone + 200ms),
          std::to_string(runs) + " tasks that ignore SIGTERM failed at most " + milliseconds(max_delay) +
              " after their timeout of 200 ms; the slowest other call took " + milliseconds(beside) + " (" +
              milliseconds(alone) + " without them)"};
}

}  // namespace measurements
