#pragma once

#include "net/curl_handles.hpp"
#include "net/read_guard.hpp"

#include <spritefarm/event_loop.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace spritefarm::net {

/// A libcurl multi handle joined to an EventLoop. libcurl names the sockets and the timer to wait for; the
/// loop drives libcurl when they are ready. The end of a transfer resumes its coroutine from the loop, never
/// from inside libcurl. Owned by one HttpClient; used on the thread of the loop. Its Transfers must be
/// destroyed first. Throws std::runtime_error if libcurl itself fails; a failed transfer only returns its
/// code.
class CurlMulti {
 public:
  class Transfer;

  explicit CurlMulti(EventLoop& loop);
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Limits the connections to one host (CURLMOPT_MAX_HOST_CONNECTIONS).
  void limit_host_connections(long connections);
  /// Limits the idle connections kept for reuse, to all hosts (CURLMOPT_MAXCONNECTS).
  void limit_idle_connections(long connections);
  /// Continues a transfer whose write callback has paused it.
  void unpause(CURL* easy);

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept;
  static int on_close_socket(void* self, curl_socket_t socket) noexcept;
  static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
  void watch(curl_socket_t socket, int what);
  void drive(curl_socket_t socket, int readiness);
  void complete_transfers();

  EventLoop& m_loop;
  // Declared before the handle, whose cleanup still calls back.
  ReadGuard m_guard;
  std::unordered_map<curl_socket_t, EventLoop::Watch> m_watches;
  EventLoop::Timer m_timer;
  std::exception_ptr m_callback_error;
  std::unique_ptr<CURLM, Cleanup> m_handle;
};

/// One transfer. `co_await transfer` performs it and returns the code of libcurl; CURLE_OPERATION_TIMEDOUT if
/// `next_check` ends it. The timer is ours: CURLOPT_TIMEOUT_MS does not run while a transfer waits for the
/// connection of another. A connection on which a transfer timed out is not used again. Destroying it aborts
/// the transfer. The easy handle must outlive it.
class CurlMulti::Transfer {
 public:
  using Time = EventLoop::Clock::time_point;
  /// When the transfer is to be checked next; none if it must end now. Called at its start and at these
  /// times or sooner. `pause` is how long the process has not run since the last call, as after Ctrl-Z.
  using NextCheck = std::function<std::optional<Time>(Time now, std::chrono::nanoseconds pause)>;

  Transfer(CurlMulti& multi, CURL* easy, NextCheck next_check)
      : m_multi(multi), m_easy(easy), m_next_check(std::move(next_check)) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  CURLcode await_resume() const noexcept { return m_result; }

  /// After CURLE_ABORTED_BY_CALLBACK: whether the connection stays open for other transfers.
  [[nodiscard]] bool leaves_connection() const noexcept { return m_leaves_connection; }

 private:
  friend class CurlMulti;
  void check();
  void finish(CURLcode result);

  CurlMulti& m_multi;
  CURL* m_easy;
  NextCheck m_next_check;
  bool m_running = false;
  bool m_leaves_connection = false;
  CURLcode m_result = CURLE_OK;
  std::coroutine_handle<> m_waiting;
  Time m_due{};              // when the next check is due
  EventLoop::Timer m_timer;  // the next check; after finish(), the resumption
};

}  // namespace spritefarm::net
