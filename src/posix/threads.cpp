#include "posix/threads.hpp"

#include "posix/check.hpp"

#include <dirent.h>
#include <pthread.h>

#include <chrono>
#include <memory>
#include <thread>

namespace spritefarm::posix {
namespace {

int list_threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
  if (!tasks) throw_errno("list /proc/self/task");
  int count = 0;
  while (const dirent* entry = ::readdir(tasks.get())) count += entry->d_name[0] != '.';
  return count;
}

}  // namespace

void set_thread_name(const std::string& name) noexcept {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

int count_threads() {
  int count = list_threads();
  for (int tries = 0; count > 1 && tries < 100; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    count = list_threads();
  }
  return count;
}

}  // namespace spritefarm::posix
