#pragma once

#include "system/cpu_time.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace spritefarm::net {

/// Ends a connection that never lets libcurl return. libcurl reads a connection as long as it has bytes, so a
/// server that sends frames of HTTP/2 which are no response, as fast as they are read, would stop all other
/// transfers of the client and all timeouts. When a call of libcurl has used max_time of the processor, a
/// thread shuts down the connection that has received most meanwhile.
///
/// Owned by a CurlMulti, and created on its thread. Without a thread, which the system may refuse, it does
/// nothing.
class ReadGuard {
 public:
  /// Longer than any call takes for bodies of a permitted size.
  static constexpr std::chrono::milliseconds max_time{250};

  ReadGuard();
  ReadGuard(const ReadGuard&) = delete;
  ReadGuard& operator=(const ReadGuard&) = delete;
  ~ReadGuard();

  /// A call of libcurl, from construction to destruction.
  class Call {
   public:
    explicit Call(ReadGuard& guard) noexcept;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

   private:
    ReadGuard& m_guard;
  };

  /// A connection that libcurl uses from now on. Throws std::bad_alloc.
  void add(int socket);
  /// Call before the descriptor is closed.
  void remove(int socket) noexcept;

 private:
  void work();
  void note_received() noexcept;
  void shut_down_busiest() noexcept;

  const system::ThreadClock m_time;  // of the thread that calls libcurl
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::map<int, std::uint64_t> m_sockets;  // and what each had received when the call was first seen
  bool m_is_called = false;
  std::uint64_t m_calls = 0;
  bool m_is_waiting = false;  // the thread, for the next call
  bool m_is_ended = false;
  std::thread m_thread;
};

}  // namespace spritefarm::net
