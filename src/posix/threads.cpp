#include "posix/threads.hpp"

#include "posix/check.hpp"

#include <dirent.h>
#include <pthread.h>

#include <memory>

namespace spritefarm::posix {

void set_thread_name(const std::string& name) noexcept {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

int count_threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
  if (!tasks) throw_errno("list /proc/self/task");
  int count = 0;
  while (const dirent* entry = ::readdir(tasks.get())) count += entry->d_name[0] != '.';
  return count;
}

}  // namespace spritefarm::posix
