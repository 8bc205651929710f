#include "system/termination_signals.hpp"

#include "posix/check.hpp"
#include "posix/threads.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <utility>

namespace spritefarm::system {
namespace {

constexpr std::array<int, 3> s_signals{SIGINT, SIGTERM, SIGHUP};

// Global, because a signal handler has no other way to reach them.
std::atomic<posix::EventFd*> s_notification = nullptr;
std::atomic<std::int64_t> s_first_time = 0;  // CLOCK_MONOTONIC in nanoseconds; 0: no signal yet
std::atomic<int> s_first = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
std::string_view s_farewell;
std::atomic<int> s_writers = 0;  // to standard error
std::atomic<bool> s_is_ending = false;
thread_local volatile bool t_is_writing = false;
std::array<struct sigaction, s_signals.size()> s_before;

void die_of(int signal) noexcept {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  sigset_t unblocked;
  ::sigemptyset(&unblocked);
  ::sigaddset(&unblocked, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
  ::raise(signal);
}

/// As s_first_time has it. Safe in a signal handler.
std::int64_t now_in_nanoseconds() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

/// Waits until the other threads have written, but not for long: a terminal that takes no bytes blocks them.
void say_farewell() noexcept {
  s_is_ending = true;
  constexpr timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
  const int in_this_thread = t_is_writing ? 1 : 0;
  for (int i = 0; i < 500 && s_writers > in_this_thread; ++i) ::nanosleep(&moment, nullptr);
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, s_farewell.data(), s_farewell.size());
}

void on_termination_signal(int signal) {
  const int saved = errno;
  const std::int64_t now = now_in_nanoseconds();
  std::int64_t first = 0;
  if (s_first_time.compare_exchange_strong(first, now)) {
    s_first = signal;
    if (posix::EventFd* notification = s_notification) notification->notify();
  } else if (std::chrono::nanoseconds(now - first) > TerminationSignals::duplicate_interval) {
    say_farewell();
    die_of(signal);
    ::_exit(128 + signal);
  }
  errno = saved;
}

}  // namespace

TerminationSignals::TerminationSignals(std::string_view farewell) : TerminationSignals(nullptr, farewell) {}

TerminationSignals::TerminationSignals(std::function<void()> on_signal, std::string_view farewell)
    : m_on_signal(std::move(on_signal)) {
  s_first_time = 0;
  s_first = 0;
  s_farewell = farewell;
  s_notification = &m_notification;
  if (m_on_signal)
    m_thread = posix::start_thread([this] {
      wait();
      if (!m_stopping) m_on_signal();
    });
  struct sigaction action = {};
  action.sa_handler = on_termination_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < s_signals.size(); ++i) {
    posix::check(::sigaction(s_signals[i], nullptr, &s_before[i]), "sigaction");
    if (s_before[i].sa_handler != SIG_IGN)
      posix::check(::sigaction(s_signals[i], &action, nullptr), "sigaction");
  }
}

TerminationSignals::~TerminationSignals() {
  for (std::size_t i = 0; i < s_signals.size(); ++i) ::sigaction(s_signals[i], &s_before[i], nullptr);
  m_stopping = true;
  m_notification.notify();
  if (m_thread.joinable()) m_thread.join();
  s_notification = nullptr;
}

void TerminationSignals::wait() const {
  pollfd notification{m_notification.fd().get(), POLLIN, 0};
  posix::retry_on_signal([&] { return ::poll(&notification, 1, -1); });
}

bool TerminationSignals::pending() const noexcept {
  return s_first != 0;
}

void write_to_stderr(std::string_view text) noexcept {
  ++s_writers;
  t_is_writing = true;
  if (!s_is_ending) std::fwrite(text.data(), 1, text.size(), stderr);  // an error cannot be reported anywhere
  t_is_writing = false;
  --s_writers;
}

std::chrono::nanoseconds time_since_termination_signal() noexcept {
  const std::int64_t first = s_first_time;
  return std::chrono::nanoseconds(first == 0 ? 0 : now_in_nanoseconds() - first);
}

int die_of_signal() noexcept {
  const int signal = s_first;
  if (signal == 0) return 0;
  std::fflush(nullptr);
  die_of(signal);
  return 128 + signal;
}

}  // namespace spritefarm::system
