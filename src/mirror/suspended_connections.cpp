#include "mirror/suspended_connections.hpp"

#include <microhttpd.h>

namespace spritefarm::mirror {

SuspendedConnections::SuspendedConnections() : m_thread([this] { run(); }) {}

SuspendedConnections::~SuspendedConnections() {
  stop();
}

bool SuspendedConnections::pause(MHD_Connection* connection, std::chrono::milliseconds duration) {
  const std::lock_guard lock(m_mutex);
  if (m_stopping) return false;
  MHD_suspend_connection(connection);
  m_pauses.emplace(Clock::now() + duration, connection);
  m_changed.notify_one();
  return true;
}

void SuspendedConnections::stop() {
  {
    const std::lock_guard lock(m_mutex);
    m_stopping = true;
    m_changed.notify_one();
  }
  if (m_thread.joinable()) m_thread.join();
}

void SuspendedConnections::run() {
  std::unique_lock lock(m_mutex);
  while (!m_stopping || !m_pauses.empty()) {
    if (m_pauses.empty()) {
      m_changed.wait(lock);
      continue;
    }
    const auto left = m_pauses.top().first - Clock::now();
    if (!m_stopping && left > left.zero()) {
      // system_clock, because GCC 12's ThreadSanitizer does not intercept waits on steady_clock.
      m_changed.wait_until(lock, std::chrono::system_clock::now() + left);
      continue;
    }
    MHD_resume_connection(m_pauses.top().second);
    m_pauses.pop();
  }
}

}  // namespace spritefarm::mirror
