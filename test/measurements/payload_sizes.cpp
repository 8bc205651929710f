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
/// Bytes that do not repeat with the period of any buffer.
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
  // Whatever a slot, a page, a pipe or a buffer holds is a power of two: sizes from a frame's overhead before each of
  // them to just past it meet every "exactly" and every "one more".
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
              mebibytes(static_cast<long>(sizes.back() >> 10)) + " came back equal"};
}

Measured death_in_a_payload(const Form& form) {
  const int runs = form.times(40, 8);
  std::mt19937 random(64);
  const std::string payload = make_payload(std::size_t{32} << 20);
  ProcessPoolExecutor pool{{.max_workers = 2}};
  int equal = 0, died = 0, harmed = 0;
  auto takes = 100ms;
  for (int run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    // The first run is left alone, to see how long it takes. Then every second one is repeated when its worker died.
    Future<std::string> large = pool.submit(TaskOptions{.retries = run % 2}, echo, payload);
    std::vector<Future<std::string>> small;
    for (int i = 0; i < 20; ++i) small.push_back(pool.submit(echo, std::to_string(i)));
    std::this_thread::sleep_for(takes * (random() % 100) / 100);
    // Which of the two has it is not known: the other one is idle, or echoes what is small, with retries = 0 too.
    const std::vector<int> pids = pool.worker_pids();
    if (run > 0 && !pids.empty()) ::kill(pids[random() % pids.size()], SIGKILL);
    try {
      equal += large.result(60s) == payload;
    } catch (const WorkerDied&) {
      ++died;
      harmed += run % 2;
    }
    int small_died = 0;
    for (int i = 0; i < 20; ++i) {
      try {
        harmed += small[i].result(60s) != std::to_string(i);
      } catch (const WorkerDied&) {
        ++small_died;
      }
    }
    harmed += small_died > 1;  // the one that ran in the worker that was killed
    if (run == 0)
      takes = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  }
  return {harmed == 0 && equal + died == runs,
          std::to_string(runs) + " payloads of 32 MiB, workers killed observer: " + std::to_string(equal) +
              " came back equal, " + std::to_string(died) + " failed with their worker, " +
              std::to_string(harmed) + " other calls were harmed"};
}

}  // namespace measurements
