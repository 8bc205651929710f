#include "net/curl_multi.hpp"

#include <utility>

namespace spritefarm::net {
namespace {

void check(CURLMcode code, const char* what) {
  if (code != CURLM_OK) throw std::runtime_error(std::string(what) + ": " + curl_multi_strerror(code));
}

CURLM* make_multi() {
  initialise_curl();
  CURLM* const multi = curl_multi_init();
  if (!multi) throw std::runtime_error("libcurl gives no multi handle");
  return multi;
}

}  // namespace

CurlMulti::CurlMulti(EventLoop& loop) : m_loop(loop), m_handle(make_multi()) {
  CURLM* const multi = m_handle.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
}

void CurlMulti::limit_host_connections(long connections) {
  check(curl_multi_setopt(m_handle.get(), CURLMOPT_MAX_HOST_CONNECTIONS, connections),
        "limit the connections to a host");
}

void CurlMulti::limit_idle_connections(long connections) {
  check(curl_multi_setopt(m_handle.get(), CURLMOPT_MAXCONNECTS, connections), "limit the idle connections");
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
  auto& multi = *static_cast<CurlMulti*>(self);
  try {
    multi.watch(socket, what);
    return 0;
  } catch (...) {
    multi.m_failed_callback = std::current_exception();
    return -1;
  }
}

int CurlMulti::on_timer(CURLM*, long milliseconds, void* self) noexcept {
  auto& multi = *static_cast<CurlMulti*>(self);
  try {
    multi.m_timer = {};
    if (milliseconds >= 0)
      multi.m_timer = multi.m_loop.call_after(std::chrono::milliseconds(milliseconds),
                                              [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
    return 0;
  } catch (...) {
    multi.m_failed_callback = std::current_exception();
    return -1;
  }
}

void CurlMulti::watch(curl_socket_t socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    m_watches.erase(socket);
    return;
  }
  const unsigned interest = ((what & CURL_POLL_IN) ? EventLoop::readable : 0u) |
                            ((what & CURL_POLL_OUT) ? EventLoop::writable : 0u);
  if (const auto found = m_watches.find(socket); found != m_watches.end()) {
    found->second.interest(interest);
    return;
  }
  m_watches.emplace(socket, m_loop.watch(socket, interest, [this, socket](unsigned readiness) {
    act(socket, ((readiness & EventLoop::readable) ? CURL_CSELECT_IN : 0) |
                    ((readiness & EventLoop::writable) ? CURL_CSELECT_OUT : 0) |
                    ((readiness & EventLoop::hangup) ? CURL_CSELECT_ERR : 0));
  }));
}

void CurlMulti::act(curl_socket_t socket, int readiness) {
  int running;
  const CURLMcode code = curl_multi_socket_action(m_handle.get(), socket, readiness, &running);
  if (m_failed_callback) std::rethrow_exception(std::exchange(m_failed_callback, nullptr));
  check(code, "drive libcurl");
  collect_ended();
}

void CurlMulti::collect_ended() {
  int left;
  while (const CURLMsg* message = curl_multi_info_read(m_handle.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    reinterpret_cast<Transfer*>(transfer)->end(result);
  }
}

CurlMulti::Transfer::~Transfer() {
  if (m_under_way) curl_multi_remove_handle(m_multi.m_handle.get(), m_easy);
}

void CurlMulti::Transfer::await_suspend(std::coroutine_handle<> waiting) {
  m_waiting = waiting;
  set_option(m_easy, CURLOPT_PRIVATE, this);
  check(curl_multi_add_handle(m_multi.m_handle.get(), m_easy), "start a transfer");
  m_under_way = true;
  m_timer = m_multi.m_loop.call_after(m_limit, [this] { end(CURLE_OPERATION_TIMEDOUT); });
  m_multi.act(CURL_SOCKET_TIMEOUT, 0);
}

void CurlMulti::Transfer::end(CURLcode result) {
  m_result = result;
  m_under_way = false;
  if (result == CURLE_ABORTED_BY_CALLBACK) {
    curl_socket_t kept = CURL_SOCKET_BAD;
    curl_easy_getinfo(m_easy, CURLINFO_ACTIVESOCKET, &kept);
    m_leaves_connection = kept != CURL_SOCKET_BAD;
  }
  check(curl_multi_remove_handle(m_multi.m_handle.get(), m_easy), "end a transfer");
  m_timer = m_multi.m_loop.call_after({}, [waiting = m_waiting] { waiting.resume(); });
}

}  // namespace spritefarm::net
