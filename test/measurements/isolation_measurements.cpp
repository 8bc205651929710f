/// isolation-measurements: measures the isolation of a process pool, one measurement per process.
/// scripts/measurements runs all of them.
///
///     isolation-measurements list            prints the names of the measurements
///     isolation-measurements NAME [--short]  runs one, prints "NAME: RESULT (to reach: LIMIT) ok|FAILED";
///                                            exit status 1 if the limit is not reached

#include "measurements/measurement.hpp"

#include <cstring>
#include <exception>
#include <iostream>

namespace {

using namespace measurements;

constexpr Measurement all[] = {
    {"kills", "calls failed <= workers killed, none unresolved, the pool usable", kills_without_retries},
    {"kills-retried", "no call failed, none unresolved, the pool usable", kills_with_retries},
    {"recall", "every call succeeds that had not started", recall},
    {"deadline", "fails 0.2 s after its start and delays no other call", deadline},
    {"killed-parent", "all gone within 200 ms, in every run", killed_parent},
    {"forks-beside-threads", "no call hangs; the forking process has one task", forks_beside_threads},
    {"max-tasks-per-child", "no call lost, no worker runs more than 25", max_tasks_per_child},
    {"max-rss", "no worker exceeds the limit", max_rss},
    {"pool-cycles", "no new descriptor, child, mapping, shared memory or signal handler", pool_cycles},
    {"lazy-map",
     "resident memory grows by less than 5 MiB; at most 64 items are ahead, plus the current chunk of 16",
     lazy_map},
    {"payload-sizes", "all payloads return unchanged", payload_sizes},
    {"death-in-a-payload", "only that call fails, or it is retried", death_in_a_payload},
};

}  // namespace

int main(int argc, char** argv) {
  const char* const name = argc > 1 ? argv[1] : "";
  const Form form{argc < 3 || std::strcmp(argv[2], "--short") != 0};
  if (std::strcmp(name, "list") == 0) {
    for (const Measurement& measurement : all) std::cout << measurement.name << '\n';
    return 0;
  }
  for (const Measurement& measurement : all) {
    if (std::strcmp(name, measurement.name) != 0) continue;
    Measured measured;
    try {
      measured = measurement.measure(form);
    } catch (const std::exception& error) {
      measured.what = error.what();
    }
    std::cout << name << ": " << measured.what << " (to reach: " << measurement.to_reach << ") "
              << (measured.reached ? "ok" : "FAILED") << std::endl;
    return measured.reached ? 0 : 1;
  }
  std::cerr << "isolation-measurements: unknown measurement '" << name
            << "': see isolation-measurements list\n";
  return 2;
}
