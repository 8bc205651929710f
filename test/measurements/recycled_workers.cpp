#include "measurements/measurement.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;

constexpr std::size_t leak_bytes = std::size_t{4} << 20;

std::pair<int, int> with_pid(int number) {
  return {number, static_cast<int>(::getpid())};
}
/// Leaks memory. Returns the pid and the resident memory after it.
std::pair<int, long> leak() {
  static std::vector<std::vector<char>> lost;
  lost.emplace_back(leak_bytes, 'x');
  return {static_cast<int>(::getpid()), test::resident_kib(::getpid())};
}

}  // namespace

Measured max_tasks_per_child(const Form& form) {
  const int calls = form.times(10'000, 1000);
  ProcessPoolExecutor pool{{.max_workers = 4, .max_tasks_per_child = 25}};
  std::vector<Future<std::pair<int, int>>> futures;
  for (int i = 0; i < calls; ++i) futures.push_back(pool.submit(with_pid, i));
  int lost = 0, max_calls = 0;
  std::map<int, int> ran;
  for (int i = 0; i < calls; ++i) {
    try {
      const auto [number, pid] = futures[i].result(60s);
      lost += number != i;
      max_calls = std::max(max_calls, ++ran[pid]);
    } catch (const std::exception&) {
      ++lost;
    }
  }
  return {lost == 0 && max_calls <= 25 && static_cast<int>(ran.size()) >= calls / 25,
          std::to_string(calls) + " calls in " + std::to_string(ran.size()) + " workers of at most " +
              std::to_string(max_calls) + ", " + std::to_string(lost) + " lost"};
}

Measured max_rss(const Form& form) {
  constexpr std::size_t limit = (sanitized ? std::size_t{192} : std::size_t{64}) << 20;
  const int calls = form.times(2000, 200);
  ProcessPoolExecutor pool{{.max_workers = 2, .max_rss = limit}};
  std::set<int> pids;
  long peak = 0;
  std::vector<Future<std::pair<int, long>>> futures;
  for (int i = 0; i < calls; ++i) futures.push_back(pool.submit(leak));
  for (const auto& future : futures) {
    const auto [pid, resident] = future.result(60s);
    pids.insert(pid);
    peak = std::max(peak, resident);
  }
  return {peak <= static_cast<long>(limit >> 10) && pids.size() > 3,
          std::to_string(calls) + " calls that leak 4 MiB each in " + std::to_string(pids.size()) +
              " workers with max_rss = " + mebibytes(static_cast<long>(limit >> 10)) + ": at most " +
              mebibytes(peak)};
}

}  // namespace measurements
