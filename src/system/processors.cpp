#include "system/processors.hpp"

#include "posix/check.hpp"

#include <sched.h>

namespace spritefarm::system {

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
