#include "system/stop_signal.hpp"

#include "posix/check.hpp"
#include "posix/threads.hpp"

#include <poll.h>
#include <signal.h>

#include <utility>

namespace spritefarm::system {
namespace {

// Global, because a signal handler has no other way to reach them.
std::atomic<posix::EventFd*> s_stop_notification = nullptr;
std::atomic<bool> s_pending = false;
struct sigaction s_action_before;

void on_stop_signal(int) {
  const int saved = errno;
  s_pending = true;
  if (posix::EventFd* const notification = s_stop_notification) notification->notify();
  errno = saved;
}

void handle() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  posix::check(::sigaction(SIGTSTP, &action, nullptr), "sigaction");
}

/// False if the signal is ignored.
bool handle_unless_ignored() {
  s_pending = false;
  posix::check(::sigaction(SIGTSTP, nullptr, &s_action_before), "sigaction");
  if (s_action_before.sa_handler == SIG_IGN) return false;
  handle();
  return true;
}

}  // namespace

StopSignal::StopSignal() {
  s_stop_notification = nullptr;  // that of the process that has forked this one
  handle_unless_ignored();
}

StopSignal::StopSignal(std::function<void()> before_stop, std::function<void()> after_stop)
    : m_before_stop(std::move(before_stop)), m_after_stop(std::move(after_stop)) {
  s_stop_notification = &m_notification;
  if (handle_unless_ignored()) m_thread = posix::start_thread([this] { run(); });
}

StopSignal::~StopSignal() {
  m_ending = true;
  m_notification.notify();
  if (m_thread.joinable()) m_thread.join();
  ::sigaction(SIGTSTP, &s_action_before, nullptr);
  s_stop_notification = nullptr;
}

bool StopSignal::pending() const noexcept {
  return s_pending;
}

void StopSignal::stop() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  posix::check(::sigaction(SIGTSTP, &action, nullptr), "sigaction");
  sigset_t unblocked;
  ::sigemptyset(&unblocked);
  ::sigaddset(&unblocked, SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
  ::raise(SIGTSTP);
  m_notification.clear();  // signals that came before the process stopped have been obeyed
  s_pending = false;
  handle();
}

void StopSignal::run() {
  while (!m_ending) {
    pollfd notification{m_notification.fd().get(), POLLIN, 0};
    posix::retry_on_signal([&] { return ::poll(&notification, 1, -1); });
    m_notification.clear();
    if (m_ending) return;
    m_before_stop();
    stop();
    m_after_stop();
  }
}

}  // namespace spritefarm::system
