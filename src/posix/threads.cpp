#include "posix/threads.hpp"

#include "posix/check.hpp"
#include "posix/refused_call.hpp"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

// Defined by the runtime of ThreadSanitizer, if the program is linked with it.
extern "C" [[gnu::weak]] void __tsan_init();

namespace spritefarm::posix {
namespace {

/// Whether the thread ends: the kernel sets PF_EXITING before pthread_join() returns, and lists the thread
/// until it has run for the last time, which a busy machine puts off.
bool is_ending(const char* thread) {
  std::ifstream file(std::string("/proc/self/task/") + thread + "/stat");
  if (!file) return errno == ENOENT || errno == ESRCH;
  std::string text;
  if (!std::getline(file, text)) return true;                   // it has ended meanwhile
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // the name before it may have any character
  std::string skipped;
  for (int i = 0; i < 6; ++i) fields >> skipped;
  constexpr unsigned long exiting = 4;
  unsigned long flags = 0;
  return fields >> flags && (flags & exiting) != 0;
}

/// Whether a new thread's stack would find room. The system calls its lack EAGAIN, as too many threads.
bool has_room_for_stack() {
  pthread_attr_t attributes;
  std::size_t size = 0;
  if (::pthread_getattr_default_np(&attributes) != 0) return true;
  ::pthread_attr_getstacksize(&attributes, &size);
  ::pthread_attr_destroy(&attributes);
  void* const stack =
      ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return false;
  ::munmap(stack, size);
  return true;
}

}  // namespace

std::thread start_thread(std::function<void()> body) try {
  return std::thread(std::move(body));
} catch (const std::system_error& error) {
  const int code = error.code().value();
  errno = code == EAGAIN && !has_room_for_stack() ? ENOMEM : code;
  if (errno == EPERM) check_permitted(-1, "clone3");  // for ENOSYS, the C library has an older call
  throw_errno("start a thread");
}

void set_thread_name(const std::string& name) noexcept {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

BlockedSignals::BlockedSignals() noexcept {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
}

BlockedSignals::~BlockedSignals() {
  ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

int thread_id() noexcept {
  return ::gettid();
}

bool thread_exists(int id) noexcept {
  return ::kill(id, 0) == 0 || errno == EPERM;
}

int count_threads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
  if (!tasks) throw_errno("list /proc/self/task");
  int count = 0;
  while (const dirent* entry = ::readdir(tasks.get()))
    count += entry->d_name[0] != '.' && !is_ending(entry->d_name);
  // ThreadSanitizer starts a thread before the first of the program, or when a child is forked, and handles
  // forks itself.
  return __tsan_init && count > 1 ? count - 1 : count;
}

int count_threads_that_stay() {
  int count = count_threads();
  for (int tries = 0; count > 1 && tries < 1000; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    count = count_threads();
  }
  return count;
}

}  // namespace spritefarm::posix
