#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

struct MHD_Connection;

namespace spritefarm::mirror {

/// Connections that wait without blocking others. libmicrohttpd suspends them, and the thread of this class
/// resumes each at its time. Owned by a Mirror. Callbacks of libmicrohttpd call pause(), from any of its
/// threads.
class SuspendedConnections {
 public:
  SuspendedConnections();
  SuspendedConnections(const SuspendedConnections&) = delete;
  SuspendedConnections& operator=(const SuspendedConnections&) = delete;
  ~SuspendedConnections();

  /// Suspends the connection. The calling callback must return at once and is called again after `duration`.
  /// After stop(): does nothing and returns false.
  bool pause(MHD_Connection* connection, std::chrono::milliseconds duration);
  /// Resumes all connections and refuses further pauses. Required before MHD_stop_daemon().
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  using Pause = std::pair<Clock::time_point, MHD_Connection*>;

  void run();

  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::priority_queue<Pause, std::vector<Pause>, std::greater<>> m_pauses;  ///< earliest end on top
  bool m_stopping = false;
  std::thread m_thread;
};

}  // namespace spritefarm::mirror
