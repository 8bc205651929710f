#include "measurements/measurement.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;

/// Computes for `microseconds`, so that some workers are killed while they compute.
std::string echo(std::string payload, int microseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
  while (std::chrono::steady_clock::now() < end) {
  }
  return payload;
}

/// Kills a random worker. Retries while the first worker is not forked yet, and if the chosen one has just
/// died.
void kill_worker(const ProcessPoolExecutor& pool, std::mt19937& random) {
  while (true) {
    const std::vector<int> pids = pool.worker_pids();
    if (!pids.empty() && ::kill(pids[random() % pids.size()], SIGKILL) == 0) return;
    std::this_thread::sleep_for(100us);
  }
}

/// Runs 200 waves of 100 calls and one kill. The kill hits a worker while calls run (it reads, computes or
/// writes); in every fourth wave, after the calls, when all workers are idle.
Measured kills(const Form& form, int retries) {
  constexpr int calls = 100;
  const int waves = form.times(200, 20);
  std::mt19937 random(20'000);
  ProcessPoolExecutor pool{{.max_workers = 4}};
  int killed = 0, failed = 0, wrong = 0, unresolved = 0;
  auto wave_takes = 10ms;
  for (int wave = 0; wave < waves; ++wave) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::string> payloads;
    std::vector<Future<std::string>> futures;
    for (int i = 0; i < calls; ++i) {
      const std::size_t size = random() % 8 == 0 ? random() % 400'000 : random() % 100;
      payloads.emplace_back(size, static_cast<char>('a' + i % 26));
      futures.push_back(pool.submit(TaskOptions{.retries = retries}, echo, payloads.back(),
                                    static_cast<int>(random() % 300)));
    }
    const bool while_idle = wave % 4 == 3;
    if (!while_idle) {
      std::this_thread::sleep_for(wave_takes * (random() % 100) / 100);
      kill_worker(pool, random);
      ++killed;
    }
    for (int i = 0; i < calls; ++i) {
      try {
        wrong += futures[i].result(60s) != payloads[i];
      } catch (const WorkerDied&) {
        ++failed;
      } catch (const TimeoutError&) {
        ++unresolved;
      }
    }
    if (while_idle) {
      kill_worker(pool, random);
      ++killed;
    } else {
      wave_takes = std::min(100ms, std::chrono::duration_cast<std::chrono::milliseconds>(
                                       std::chrono::steady_clock::now() - begin));
    }
  }
  const bool usable = pool.submit(echo, "well", 0).result(60s) == "well";
  return {failed <= (retries > 0 ? 0 : killed) && wrong == 0 && unresolved == 0 && usable &&
              killed >= waves * 9 / 10,
          std::to_string(waves * calls) + " calls, " + std::to_string(killed) + " kills, " +
              std::to_string(failed) + " calls failed, " + std::to_string(wrong) + " wrong, " +
              std::to_string(unresolved) + " unresolved, the pool " + (usable ? "usable" : "unusable")};
}

}  // namespace

Measured kills_without_retries(const Form& form) {
  return kills(form, 0);
}
Measured kills_with_retries(const Form& form) {
  return kills(form, 5);
}

Measured recall(const Form& form) {
  constexpr int waiting = 8;
  const int runs = form.times(200, 20);
  std::mt19937 random(1);
  int succeeded = 0, victims = 0;
  ProcessPoolExecutor pool{{.max_workers = 1}};
  for (int run = 0; run < runs; ++run) {
    Future<void> victim = pool.submit([] {
      while (true) ::pause();
    });
    while (!victim.running()) std::this_thread::sleep_for(100us);
    std::vector<Future<std::string>> futures;
    for (int i = 0; i < waiting; ++i) futures.push_back(pool.submit(echo, std::to_string(i), 0));
    kill_worker(pool, random);
    for (int i = 0; i < waiting; ++i) succeeded += futures[i].result(60s) == std::to_string(i);
    try {
      victim.result(60s);
    } catch (const WorkerDied&) {
      ++victims;
    }
  }
  return {succeeded == runs * waiting && victims == runs,
          std::to_string(runs) + " workers killed, " + std::to_string(succeeded) + " of " +
              std::to_string(runs * waiting) + " calls queued at them succeeded with retries = 0"};
}

}  // namespace measurements
