#include "system/stop_signal.hpp"

#include "posix/check.hpp"
#include "posix/threads.hpp"

#include <poll.h>
#include <signal.h>

#include <utility>

namespace spritefarm::system {
namespace {

// Global, because a signal handler has no other way to reach it.
std::atomic<posix::EventFd*> s_notification = nullptr;
struct sigaction s_before;

void on_stop_signal(int) {
  const int saved = errno;
  if (posix::EventFd* const notification = s_notification) notification->notify();
  errno = saved;
}

void handle() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  posix::check(::sigaction(SIGTSTP, &action, nullptr), "sigaction");
}

/// Returns when the process continues; at once if the kernel does not stop it because nobody could continue
/// it (an orphaned process group).
void stop_process() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  posix::check(::sigaction(SIGTSTP, &action, nullptr), "sigaction");
  sigset_t unblocked;
  ::sigemptyset(&unblocked);
  ::sigaddset(&unblocked, SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);
  ::raise(SIGTSTP);
  handle();
}

}  // namespace

StopSignal::StopSignal(std::function<void()> before_stop, std::function<void()> after_stop)
    : m_before_stop(std::move(before_stop)), m_after_stop(std::move(after_stop)) {
  posix::check(::sigaction(SIGTSTP, nullptr, &s_before), "sigaction");
  if (s_before.sa_handler == SIG_IGN) return;
  s_notification = &m_notification;
  m_thread = posix::start_thread([this] { run(); });
  handle();
}

StopSignal::~StopSignal() {
  if (!m_thread.joinable()) return;
  m_ending = true;
  m_notification.notify();
  m_thread.join();
  ::sigaction(SIGTSTP, &s_before, nullptr);
  s_notification = nullptr;
}

void StopSignal::run() {
  while (true) {
    pollfd notification{m_notification.fd().get(), POLLIN, 0};
    posix::retry_on_signal([&] { return ::poll(&notification, 1, -1); });
    m_notification.clear();
    if (m_ending) return;
    m_before_stop();
    stop_process();
    m_after_stop();
  }
}

}  // namespace spritefarm::system
