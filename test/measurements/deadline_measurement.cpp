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

/// One call after another until `enough()`: what the slowest took.
template <typename Enough>
Clock::duration max_call_time(ProcessPoolExecutor& pool, Enough enough) {
  Clock::duration slowest{};
  while (!enough()) {
    const auto begin = Clock::now();
    pool.submit(quick, 1).result(60s);
    slowest = std::max(slowest, Clock::now() - begin);
  }
  return slowest;
}

}  // namespace

Measured deadline(const Form& form) {
  const int runs = form.times(10, 2);
  constexpr auto timeout = 200ms;
  ProcessPoolExecutor pool{{.max_workers = 3, .terminate_grace = 500ms}};
  Clock::duration alone{}, beside{}, latest{};
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
    // Also while its worker is waited for, for terminate_grace, to end by SIGTERM.
    beside =
        std::max(beside, max_call_time(pool, [&] { return failed && Clock::now() > failed_at + 300ms; }));
    latest = std::max(latest, failed_at - submitted_at - timeout);
    try {
      stubborn.result(0s);
      failed_rightly = false;
    } catch (const TimeoutError&) {
    }
  }
  return {failed_rightly && form.in_time(latest, 100ms) && form.in_time(beside, alone + 200ms),
          std::to_string(runs) + " tasks that ignore SIGTERM failed at latest " + milliseconds(latest) +
              " after their 0.2 s; the slowest other call took " + milliseconds(beside) + " (" +
              milliseconds(alone) + " without them)"};
}

}  // namespace measurements
