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

/// Connections that wait without holding up others: libmicrohttpd suspends them, a thread of this class
/// resumes each at its time. Owned by a Mirror; pause() is called from libmicrohttpd's callbacks.
class SuspendedConnections {
 public:
  SuspendedConnections();
  SuspendedConnections(const SuspendedConnections&) = delete;
  SuspendedConnections& operator=(const SuspendedConnections&) = delete;
  ~SuspendedConnections();

  /// The callback returns at once and is called again later. False, and nothing happens, after stop().
  bool pause(MHD_Connection* connection, std::chrono::milliseconds duration);
  /// Resumes all; there are no pauses any more. What a libmicrohttpd daemon needs before it is stopped.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  using Pause = std::pair<Clock::time_point, MHD_Connection*>;

  void run();

  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::priority_queue<Pause, std::vector<Pause>, std::greater<>> m_pauses;  ///< the next to end on top
  bool m_stopping = false;
  std::thread m_thread;
};

}  // namespace spritefarm::mirror
