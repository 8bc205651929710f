#include "measurements/measurement.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>

#include <algorithm>
#include <random>
#include <thread>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;

std::string echo(std::string payload) {
  return payload;
}
/// Bytes that do not repeat with the period of a buffer.
std::string make_payload(std::size_t size) {
  std::string payload(size, '\0');
  std::uint32_t state = 12345;
  for (std::size_t i = 0; i < size; i += 4) {
    state = state * 1664525u + 1013904223u;
    for (std::size_t j = 0; j < 4 && i + j < size; ++j) payload[i + j] = static_cast<char>(state >> (8 * j));
  }
  return payload;
}

}  // namespace

Measured payload_sizes(const Form& form) {
  // The capacities of slots, pages, pipes and buffers are powers of two. A frame's overhead is less than 64
  // bytes. Sizes from 64 bytes below each power to just above it therefore include every exact fit and every
  // overflow by one byte.
  std::vector<std::size_t> sizes{0, 1, 2, 3, 1 << 20};
  const std::size_t max_power = form.full ? 1 << 20 : 1 << 16;
  for (std::size_t power = 64; power <= max_power; power *= 2)
    for (std::size_t size = power - std::min(power, std::size_t{64}); size <= power + 2; ++size)
      sizes.push_back(size);
  sizes.push_back(form.full ? std::size_t{1} << 30 : std::size_t{32} << 20);
  ProcessPoolExecutor pool{{.max_workers = 2}};
  int equal = 0;
  for (const std::size_t size : sizes) {
    const std::string payload = make_payload(size);
    equal += pool.submit(echo, payload).result(300s) == payload;
  }
  return {equal == static_cast<int>(sizes.size()),
          std::to_string(equal) + " of " + std::to_string(sizes.size()) + " payloads of 0 to " +
              mebibytes(static_cast<long>(sizes.back() >> 10)) + " returned unchanged"};
}

Measured death_in_a_payload(const Form& form) {
  const int runs = form.times(40, 8);
  std::mt19937 random(64);
  const std::string payload = make_payload(std::size_t{32} << 20);
  ProcessPoolExecutor pool{{.max_workers = 2}};
  int equal = 0, died = 0, failed = 0;
  auto takes = 100ms;
  for (int run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    // The first run has no kill and measures the time of a run. Every second call is retried if its worker
    // dies.
    Future<std::string> large = pool.submit(TaskOptions{.retries = run % 2}, echo, payload);
    std::vector<Future<std::string>> small;
    for (int i = 0; i < 20; ++i) small.push_back(pool.submit(echo, std::to_string(i)));
    std::this_thread::sleep_for(takes * (random() % 100) / 100);
    // Either worker can have the large call. The other one is idle or runs a small call, which also has
    // retries = 0.
    const std::vector<int> pids = pool.worker_pids();
    if (run > 0 && !pids.empty()) ::kill(pids[random() % pids.size()], SIGKILL);
    try {
      equal += large.result(60s) == payload;
    } catch (const WorkerDied&) {
      ++died;
      failed += run % 2;
    }
    int small_died = 0;
    for (int i = 0; i < 20; ++i) {
      try {
        failed += small[i].result(60s) != std::to_string(i);
      } catch (const WorkerDied&) {
        ++small_died;
      }
    }
    failed += small_died > 1;  // at most the call that ran in the killed worker
    if (run == 0)
      takes = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  }
  return {failed == 0 && equal + died == runs,
          std::to_string(runs) + " payloads of 32 MiB, workers killed meanwhile: " + std::to_string(equal) +
              " returned unchanged, " + std::to_string(died) + " failed with their worker, " +
              std::to_string(failed) + " other calls failed"};
}

}  // namespace measurements
