#include "net/curl_multi.hpp"

#include "posix/fd.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::net {
namespace {

// A check that is late by min_pause shows that the process was stopped; checks are frequent enough to see it.
constexpr std::chrono::milliseconds min_pause{500}, max_between_checks{500};

void require(CURLMcode code, const char* what) {
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLM_OK) throw std::runtime_error(std::string(what) + ": " + curl_multi_strerror(code));
}

CURLM* make_multi() {
  initialise_curl();
  CURLM* const multi = curl_multi_init();
  if (!multi) throw std::bad_alloc();
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
  require(curl_multi_setopt(m_handle.get(), CURLMOPT_MAX_HOST_CONNECTIONS, connections),
          "cannot limit the connections to a host");
}

void CurlMulti::limit_idle_connections(long connections) {
  require(curl_multi_setopt(m_handle.get(), CURLMOPT_MAXCONNECTS, connections),
          "cannot limit the idle connections");
}

void CurlMulti::unpause(CURL* easy) {
  // libcurl may write at once; a failure ends the transfer in drive().
  (void)curl_easy_pause(easy, CURLPAUSE_CONT);
  drive(CURL_SOCKET_TIMEOUT, 0);
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
  auto& multi = *static_cast<CurlMulti*>(self);
  try {
    multi.watch(socket, what);
    return 0;
  } catch (...) {
    multi.m_callback_error = std::current_exception();
    return -1;
  }
}

int CurlMulti::on_close_socket(void* self, curl_socket_t socket) noexcept {
  static_cast<CurlMulti*>(self)->m_guard.remove(socket);
  const posix::Fd closed(socket);
  return 0;
}

int CurlMulti::on_timer(CURLM*, long delay, void* self) noexcept {
  auto& multi = *static_cast<CurlMulti*>(self);
  try {
    multi.m_timer = {};
    if (delay >= 0)
      multi.m_timer = multi.m_loop.call_after(std::chrono::milliseconds(delay),
                                              [&multi] { multi.drive(CURL_SOCKET_TIMEOUT, 0); });
    return 0;
  } catch (...) {
    multi.m_callback_error = std::current_exception();
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
  m_guard.add(socket);
  m_watches.emplace(socket, m_loop.watch(socket, interest, [this, socket](unsigned readiness) {
    drive(socket, ((readiness & EventLoop::readable) ? CURL_CSELECT_IN : 0) |
                      ((readiness & EventLoop::writable) ? CURL_CSELECT_OUT : 0) |
                      ((readiness & EventLoop::hangup) ? CURL_CSELECT_ERR : 0));
  }));
}

void CurlMulti::drive(curl_socket_t socket, int readiness) {
  int running;
  const CURLMcode code = [&] {
    const ReadGuard::Call call(m_guard);
    return curl_multi_socket_action(m_handle.get(), socket, readiness, &running);
  }();
  if (m_callback_error) std::rethrow_exception(std::exchange(m_callback_error, nullptr));
  require(code, "cannot drive libcurl");
  complete_transfers();
}

void CurlMulti::complete_transfers() {
  int left;
  while (const CURLMsg* message = curl_multi_info_read(m_handle.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    reinterpret_cast<Transfer*>(transfer)->finish(result);
  }
}

CurlMulti::Transfer::~Transfer() {
  if (m_running) curl_multi_remove_handle(m_multi.m_handle.get(), m_easy);
}

void CurlMulti::Transfer::await_suspend(std::coroutine_handle<> waiting) {
  m_waiting = waiting;
  set_option(m_easy, CURLOPT_PRIVATE, this);
  set_option(m_easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlMulti::on_close_socket);
  set_option(m_easy, CURLOPT_CLOSESOCKETDATA, &m_multi);
  require(curl_multi_add_handle(m_multi.m_handle.get(), m_easy), "cannot start a transfer");
  m_running = true;
  m_due = EventLoop::Clock::now();
  check();
  m_multi.drive(CURL_SOCKET_TIMEOUT, 0);
}

void CurlMulti::Transfer::check() {
  const Time now = EventLoop::Clock::now();
  const Time::duration late = now - m_due, pause = late < min_pause ? Time::duration() : late;
  if (const std::optional<Time> next = m_next_check(now, pause)) {
    m_due = std::min(*next, now + max_between_checks);
    m_timer = m_multi.m_loop.call_after(m_due - now, [this] { check(); });
    return;
  }
  set_option(m_easy, CURLOPT_FORBID_REUSE, 1L);
  finish(CURLE_OPERATION_TIMEDOUT);
}

void CurlMulti::Transfer::finish(CURLcode result) {
  m_result = result;
  m_running = false;
  if (result == CURLE_ABORTED_BY_CALLBACK) {
    curl_socket_t open_socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(m_easy, CURLINFO_ACTIVESOCKET, &open_socket);
    m_leaves_connection = open_socket != CURL_SOCKET_BAD;
  }
  require(curl_multi_remove_handle(m_multi.m_handle.get(), m_easy), "cannot end a transfer");
  m_timer = m_multi.m_loop.call_after({}, [waiting = m_waiting] { waiting.resume(); });
}

}  // namespace spritefarm::net
