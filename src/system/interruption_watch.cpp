#include "system/interruption_watch.hpp"

#include "posix/check.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>

namespace spritefarm::system {
namespace {

// Global, because a signal handler has no other way to reach them.
std::atomic<posix::EventFd*> s_notification = nullptr;
std::atomic<std::int64_t> s_first_signal_time = 0;  // CLOCK_MONOTONIC in nanoseconds; 0: no signal yet
std::atomic<int> s_status = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
struct sigaction s_before[2];
constexpr int s_signals[2] = {SIGINT, SIGTERM};

void notify(int) {
  const int saved = errno;
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  const std::int64_t now = time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
  std::int64_t first = 0;
  if (s_first_signal_time.compare_exchange_strong(first, now)) {
    if (posix::EventFd* notification = s_notification) notification->notify();
  } else if (std::chrono::nanoseconds(now - first) > InterruptionWatch::duplicate_interval) {
    ::_exit(s_status);
  }
  errno = saved;
}

}  // namespace

InterruptionWatch::InterruptionWatch(std::function<void()> on_signal, int status)
    : m_on_signal(std::move(on_signal)) {
  s_first_signal_time = 0;
  s_status = status;
  s_notification = &m_notification;
  m_thread = std::thread([this] { wait(); });
  struct sigaction action = {};
  action.sa_handler = notify;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < 2; ++i) posix::check(::sigaction(s_signals[i], &action, &s_before[i]), "sigaction");
}

InterruptionWatch::~InterruptionWatch() {
  for (int i = 0; i < 2; ++i) ::sigaction(s_signals[i], &s_before[i], nullptr);
  m_stopping = true;
  m_notification.notify();
  m_thread.join();
  s_notification = nullptr;
}

void InterruptionWatch::wait() {
  pollfd notification{m_notification.fd().get(), POLLIN, 0};
  while (::poll(&notification, 1, -1) < 0 && errno == EINTR) {
  }
  if (s_first_signal_time != 0 && !m_stopping) m_on_signal();
}

void ignore_broken_pipes() {
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace spritefarm::system
