#include "net/read_guard.hpp"

#include "posix/threads.hpp"
#include "system/loopback_listener.hpp"

#include <system_error>

namespace spritefarm::net {

ReadGuard::ReadGuard() try {
  const posix::BlockedSignals inherited;
  m_thread = posix::start_thread([this] { work(); });
} catch (const std::system_error&) {
}

ReadGuard::~ReadGuard() {
  {
    const std::lock_guard lock(m_mutex);
    m_is_ended = true;
    m_changed.notify_one();
  }
  if (m_thread.joinable()) m_thread.join();
}

ReadGuard::Call::Call(ReadGuard& guard) noexcept : m_guard(guard) {
  const std::lock_guard lock(guard.m_mutex);
  ++guard.m_calls;
  guard.m_is_called = true;
  if (guard.m_is_waiting) guard.m_changed.notify_one();
}

ReadGuard::Call::~Call() {
  const std::lock_guard lock(m_guard.m_mutex);
  m_guard.m_is_called = false;
}

void ReadGuard::add(int socket) {
  const std::lock_guard lock(m_mutex);
  m_sockets.emplace(socket, 0);
}

void ReadGuard::remove(int socket) noexcept {
  const std::lock_guard lock(m_mutex);
  m_sockets.erase(socket);
}

void ReadGuard::work() try {
  std::unique_lock lock(m_mutex);
  std::uint64_t watched = 0;
  std::chrono::nanoseconds began{0};
  while (!m_is_ended) {
    if (!m_is_called && watched == m_calls) {
      m_is_waiting = true;
      m_changed.wait(lock);
      m_is_waiting = false;
      continue;
    }
    const std::chrono::nanoseconds now = m_time.now();
    if (!m_is_called || watched != m_calls) {
      watched = m_calls;
      began = now;
      note_received();
    } else if (now - began >= max_time) {
      shut_down_busiest();
      began = now;
      note_received();
    }
    m_changed.wait_for(lock, max_time / 2);
  }
} catch (const std::system_error&) {  // the clock cannot be read
}

void ReadGuard::note_received() noexcept {
  for (auto& [socket, received] : m_sockets) received = system::received_bytes(socket);
}

/// Its transfers fail as if the peer had closed it.
void ReadGuard::shut_down_busiest() noexcept {
  int busiest = -1;
  std::uint64_t most = 0;
  for (const auto& [socket, before] : m_sockets)
    if (const std::uint64_t more = system::received_bytes(socket) - before; more > most) {
      most = more;
      busiest = socket;
    }
  if (busiest >= 0) system::shut_down_connection(busiest);
}

}  // namespace spritefarm::net
