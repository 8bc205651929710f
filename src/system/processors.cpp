#include "system/processors.hpp"

#include "posix/check.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace spritefarm::system {
namespace {

/// The path of the process's cgroup; empty if it is unknown. The line of version 2 begins with "0::".
std::string cgroup_of(const std::string& membership) {
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("0::/")) return line.substr(3);
  return "";
}

/// The quota of a cpu.max file, "<microseconds or max> <period>", in CPUs; `most` if there is none.
double quota_of(const std::string& file, double most) {
  std::ifstream text(file);
  double quota = 0, period = 0;
  return text >> quota >> period && quota > 0 && period > 0 ? std::min(quota / period, most) : most;
}

}  // namespace

int usable_processors(const std::string& root, const std::string& membership) {
  cpu_set_t allowed;
  double most = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed)
                                                                      : std::thread::hardware_concurrency();
  for (std::string group = cgroup_of(membership);; group.resize(group.rfind('/'))) {
    while (group.ends_with('/')) group.pop_back();
    most = quota_of(root + group + "/cpu.max", most);
    if (group.find('/') == group.npos) break;
  }
  return std::max(static_cast<int>(std::ceil(most)), 1);
}

std::vector<int> allowed_processors() {
  cpu_set_t allowed;
  posix::check(::sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
  std::vector<int> processors;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor)
    if (CPU_ISSET(processor, &allowed)) processors.push_back(processor);
  return processors;
}

void stay_on_processor(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  posix::check(::sched_setaffinity(0, sizeof only, &only), "sched_setaffinity");
}

}  // namespace spritefarm::system
