#include "posix/threads.hpp"

#include "posix/check.hpp"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

// Defined by the runtime of ThreadSanitizer, if the program is linked with it.
extern "C" [[gnu::weak]] void __tsan_init();

namespace spritefarm::posix {
namespace {

/// Counts the first thread and those that the program has started.
int list_threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
  if (!tasks) throw_errno("list /proc/self/task");
  int count = 0;
  while (const dirent* entry = ::readdir(tasks.get())) count += entry->d_name[0] != '.';
  // ThreadSanitizer starts a thread before the first of the program, or when a child is forked, and handles
  // forks itself.
  return __tsan_init && count > 1 ? count - 1 : count;
}

}  // namespace

void set_thread_name(const std::string& name) noexcept {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

int thread_id() noexcept {
  return ::gettid();
}

bool thread_exists(int id) noexcept {
  return ::kill(id, 0) == 0 || errno == EPERM;
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
