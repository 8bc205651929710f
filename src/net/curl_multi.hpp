#pragma once

#include "net/curl_handles.hpp"

#include <spritefarm/event_loop.hpp>

#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <unordered_map>

namespace spritefarm::net {

/// libcurl's multi handle, joined to an EventLoop: libcurl says which sockets and which timer to wait for,
/// the loop calls back, and a transfer that ends resumes the coroutine that waits for it, from the loop and
/// never from inside libcurl. Owned by one HttpClient; used on the loop's thread. Its Transfers are destroyed
/// before it. Throws std::runtime_error when libcurl itself fails, not when a transfer does.
class CurlMulti {
 public:
  class Transfer;

  explicit CurlMulti(EventLoop& loop);
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// How many connections one host may have from now on.
  void limit_host_connections(long connections);
  /// How many connections are kept open for reuse, of all hosts together.
  void limit_idle_connections(long connections);

 private:
  struct Cleanup {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept;
  static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
  void watch(curl_socket_t socket, int what);
  void act(curl_socket_t socket, int readiness);
  void collect_ended();

  EventLoop& m_loop;
  // The sockets and the timer outlive the handle, whose cleanup still calls back.
  std::unordered_map<curl_socket_t, EventLoop::Watch> m_watches;
  EventLoop::Timer m_timer;
  std::exception_ptr m_failed_callback;
  std::unique_ptr<CURLM, Cleanup> m_handle;
};

/// One transfer under way: `co_await transfer` performs it and gives libcurl's verdict,
/// CURLE_OPERATION_TIMEDOUT when `limit` has passed since. (Our own deadline: libcurl's does not run while a
/// transfer waits for another's connection.) Destroying it aborts the transfer. The easy handle outlives it.
class CurlMulti::Transfer {
 public:
  Transfer(CurlMulti& multi, CURL* easy, std::chrono::milliseconds limit)
      : m_multi(multi), m_easy(easy), m_limit(limit) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  CURLcode await_resume() const noexcept { return m_result; }

  /// Of a transfer that was aborted by a callback: whether its connection stays open for others.
  [[nodiscard]] bool leaves_connection() const noexcept { return m_leaves_connection; }

 private:
  friend class CurlMulti;
  void end(CURLcode result);

  CurlMulti& m_multi;
  CURL* m_easy;
  std::chrono::milliseconds m_limit;
  bool m_under_way = false;
  bool m_leaves_connection = false;
  CURLcode m_result = CURLE_OK;
  std::coroutine_handle<> m_waiting;
  EventLoop::Timer m_timer;  // first the deadline, then the wake-up
};

}  // namespace spritefarm::net
