/// isolation-measurements: measures how well a process pool isolates. One measurement in one process: scripts/measurements runs all.
///
///     isolation-measurements list             the measurements' names
///     isolation-measurements NAME [--short]   measures one, prints "NAME: what was measured (to reach: ...) ok|FAILED";
///                                        exit status 1 if it is not reached

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
    {"deadline", "fails 0.2 s after its start, and delays no other call", deadline},
    {"killed-parent", "all gone within 200 ms, in every run", killed_parent},
    {"forks-beside-threads", "no hang; whatever forks has one task", forks_beside_threads},
    {"max-tasks-per-child", "no call lost, no worker runs more than 25", max_tasks_per_child},
    {"max-rss", "never more than the limit", max_rss},
    {"pool-cycles", "no new descriptor, child, mapping, shared memory or signal handler", pool_cycles},
    {"lazy-map",
     "resident memory grows by less than 5 MiB; ahead are 64 items, and the chunk of 16 whose results are "
     "being taken",
     lazy_map},
    {"payload-sizes", "all come back equal", payload_sizes},
    {"death-in-a-payload", "that call alone fails, or is repeated", death_in_a_payload},
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
  std::cerr << "isolation-measurements: no measurement '" << name << "': see isolation-measurements list\n";
  return 2;
}
