#pragma once

#include "posix/fd.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

struct ssl_ctx_st;

namespace spritefarm::test {

/// A server of HTTP/2 over TLS that sends one frame again and again, as fast as the client reads it, and
/// never a response. Takes one connection after the other. Owned by the test; the destructor closes the
/// connection. Throws std::runtime_error if it cannot start.
class Http2Flood {
 public:
  /// `certificate` and `key`: PEM files. `frame`: its bytes (RFC 9113 §4.1).
  Http2Flood(const std::string& certificate, const std::string& key, std::string frame);
  Http2Flood(const Http2Flood&) = delete;
  Http2Flood& operator=(const Http2Flood&) = delete;
  ~Http2Flood();

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  void accept_connections();
  bool set_connection(int connection);
  void flood(int connection);

  const std::string m_frames;
  std::unique_ptr<ssl_ctx_st, FreeContext> m_context;
  posix::Fd m_listener;
  std::mutex m_mutex;
  int m_connection = -1;  // guarded, as is the next
  bool m_is_closing = false;
  std::thread m_thread;
};

}  // namespace spritefarm::test
