#include "system/futex_word.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace spritefarm::system {

std::uint32_t FutexWord::advance() noexcept {
  const std::uint32_t now = m_word.fetch_add(1, std::memory_order_acq_rel) + 1;
  ::syscall(SYS_futex, &m_word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  return now;
}

bool FutexWord::wait_while(std::uint32_t value, std::chrono::nanoseconds timeout) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const std::timespec limit{seconds.count(), (timeout - seconds).count()};
  while (load() == value)
    if (::syscall(SYS_futex, &m_word, FUTEX_WAIT, value, &limit, nullptr, 0) < 0 && errno == ETIMEDOUT)
      return load() != value;
  return true;
}

}  // namespace spritefarm::system
