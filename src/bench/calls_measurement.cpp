#include "bench/calls_measurement.hpp"

#include "bench/samples.hpp"
#include "posix/shared_memory.hpp"
#include "system/futex_word.hpp"

#include <spritefarm/futures.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace spritefarm::bench {
namespace {

using Clock = std::chrono::steady_clock;

// ---- the calls --------------------------------------------------------------------------------------------

void nothing() {}

std::string echo(std::string payload) {
  return payload;
}

long plus_one(long number) {
  return number + 1;
}

// The barrier of meet(), in shared memory. Set before workers are forked, so that they inherit it.
system::FutexWord* barrier = nullptr;

/// Waits until `expected` workers are in this call. False after 10 seconds.
bool meet(std::uint32_t expected) {
  std::uint32_t here = barrier->advance();
  while (here < expected) {
    if (!barrier->wait_while(here, std::chrono::seconds(10))) return false;
    here = barrier->load();
  }
  return true;
}

// ---- measuring them ---------------------------------------------------------------------------------------

std::unique_ptr<Executor> make_executor(ExecutorKind kind, int workers) {
  switch (kind) {
    case ExecutorKind::serial:
      return std::make_unique<SerialExecutor>();
    case ExecutorKind::threads:
      return std::make_unique<ThreadPoolExecutor>(ThreadPoolExecutorOptions{.max_workers = workers});
    case ExecutorKind::pipe:
    case ExecutorKind::shm:
      break;
  }
  return std::make_unique<ProcessPoolExecutor>(ProcessPoolExecutorOptions{
      .max_workers = workers,
      .transport = kind == ExecutorKind::shm ? Transport::shared_memory : Transport::pipe});
}

double per_second(std::size_t count, Clock::time_point begin) {
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Submits calls with one payload size and checks their results. Throws std::runtime_error for a wrong one.
class Caller {
 public:
  Caller(Executor& executor, std::size_t payload) : m_executor(executor), m_payload(payload, 'x') {}

  /// Returns calls per second, with at most `outstanding` calls unfinished.
  double call_many(std::size_t calls, std::size_t outstanding) const {
    return m_payload.empty() ? call_many(calls, outstanding, [this] { return submit_nothing(); })
                             : call_many(calls, outstanding, [this] { return submit_echo(); });
  }
  /// Makes one call at a time.
  RoundTrip call_singly(std::size_t calls) const {
    return m_payload.empty() ? call_singly(calls, [this] { return submit_nothing(); })
                             : call_singly(calls, [this] { return submit_echo(); });
  }

 private:
  Future<void> submit_nothing() const { return m_executor.submit(nothing); }
  Future<std::string> submit_echo() const { return m_executor.submit(echo, m_payload); }
  void take(const Future<void>& future) const { future.result(); }
  void take(const Future<std::string>& future) const {
    const std::string& result = future.result();
    if (result.size() != m_payload.size() || result.front() != 'x' || result.back() != 'x')
      throw std::runtime_error("a call returned a changed payload");
  }

  template <typename Submit>
  double call_many(std::size_t calls, std::size_t outstanding, const Submit& submit) const {
    std::deque<decltype(submit())> futures;
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < calls; ++i) {
      if (futures.size() == outstanding) {
        take(futures.front());
        futures.pop_front();
      }
      futures.push_back(submit());
    }
    for (const auto& future : futures) take(future);
    return per_second(calls, begin);
  }
  template <typename Submit>
  RoundTrip call_singly(std::size_t calls, const Submit& submit) const {
    Samples microseconds;
    for (std::size_t i = 0; i < calls; ++i) {
      const auto begin = Clock::now();
      take(submit());
      microseconds.add(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    return {microseconds.median(), microseconds.quantile(0.99)};
  }

  Executor& m_executor;
  const std::string m_payload;
};

double map_items(Executor& executor, std::size_t items, int chunk) {
  std::vector<long> numbers(items);
  std::iota(numbers.begin(), numbers.end(), 0L);
  long expected = 0;
  const auto begin = Clock::now();
  for (const long result : executor.map(plus_one, numbers, {.chunksize = chunk}))
    if (result != ++expected) throw std::runtime_error("map() gave a wrong result");
  return per_second(items, begin);
}

void wait_for_all_workers(Executor& executor, int workers) {
  std::vector<Future<bool>> meetings;
  for (int i = 0; i < workers; ++i)
    meetings.push_back(executor.submit(meet, static_cast<std::uint32_t>(workers)));
  for (const Future<bool>& future : meetings)
    if (!future.result()) throw std::runtime_error("not all workers started within 10 seconds");
}

}  // namespace

std::string_view to_string(ExecutorKind kind) {
  switch (kind) {
    case ExecutorKind::serial:
      return "serial";
    case ExecutorKind::threads:
      return "threads";
    case ExecutorKind::pipe:
      return "processes/pipe";
    case ExecutorKind::shm:
      return "processes/shm";
  }
  return "";
}

std::size_t CallPlan::calls_with(std::size_t payload) const {
  return std::min(calls,
                  std::max<std::size_t>(16, (std::size_t{512} << 20) / std::max<std::size_t>(1, payload)));
}

std::size_t CallPlan::outstanding_with(std::size_t payload) const {
  const std::size_t fitting = (std::size_t{16} << 20) / std::max<std::size_t>(1, payload);
  return std::clamp<std::size_t>(fitting, 2 * static_cast<std::size_t>(workers), 10'000);
}

std::size_t CallPlan::round_trips_with(std::size_t payload) const {
  return std::max<std::size_t>(1, calls_with(payload) / 5);
}

CallMetrics measure_calls(ExecutorKind kind, const CallPlan& plan) {
  const posix::SharedMemory memory(sizeof(system::FutexWord));
  barrier = new (memory.data()) system::FutexWord;
  const int workers = kind == ExecutorKind::serial ? 1 : plan.workers;

  CallMetrics metrics;
  const auto begin = Clock::now();
  const std::unique_ptr<Executor> executor = make_executor(kind, workers);
  wait_for_all_workers(*executor, workers);
  metrics.ready_ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();

  for (const std::size_t payload : plan.payloads) {
    const Caller caller(*executor, payload);
    const std::size_t calls = plan.calls_with(payload), outstanding = plan.outstanding_with(payload);
    caller.call_many(calls / 10 + 1, outstanding);  // warm-up, as below
    metrics.calls_per_second.push_back(caller.call_many(calls, outstanding));
    caller.call_singly(plan.round_trips_with(payload) / 10 + 1);
    metrics.round_trips.push_back(caller.call_singly(plan.round_trips_with(payload)));
  }
  for (const int chunk : plan.chunks) {
    map_items(*executor, plan.calls / 10 + 1, chunk);
    metrics.items_per_second.push_back(map_items(*executor, plan.calls, chunk));
  }
  return metrics;
}

}  // namespace spritefarm::bench
