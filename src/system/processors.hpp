#pragma once

#include <string>
#include <vector>

namespace spritefarm::system {

/// The CPUs on which the calling thread may run. Throws std::system_error.
std::vector<int> allowed_processors();
/// How many CPUs the process may use at the same time: those that the scheduler allows it, at most as many as
/// the quotas (cpu.max, rounded up) of its cgroup and of the cgroups above pay for. At least 1. `root` is
/// where cgroups of version 2 are mounted, `membership` the file that names the cgroup of the process.
int usable_processors(const std::string& root = "/sys/fs/cgroup",
                      const std::string& membership = "/proc/self/cgroup");

/// Pins the calling thread to one CPU. Throws std::system_error.
void stay_on_processor(int processor);

}  // namespace spritefarm::system
