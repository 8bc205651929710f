#include "unit/net/http2_flood.hpp"

#include "posix/threads.hpp"
#include "system/loopback_listener.hpp"

#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <stdexcept>
#include <utility>

namespace spritefarm::test {
namespace {

using Connection = std::unique_ptr<SSL, decltype(&SSL_free)>;

int select_http2(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                 unsigned int offered_size, void*) {
  static constexpr unsigned char http2[] = {2, 'h', '2'};
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, size, http2, sizeof http2, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

std::string repeated(const std::string& frame) {
  std::string frames;
  while (frames.size() < 16'000) frames += frame;
  return frames;
}

bool write_all(SSL* to, const std::string& bytes) {
  return SSL_write(to, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

}  // namespace

void Http2Flood::FreeContext::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

Http2Flood::Http2Flood(const std::string& certificate, const std::string& key, std::string frame)
    : m_frames(repeated(frame)),
      m_context(SSL_CTX_new(TLS_server_method())),
      m_listener(system::listen_on_loopback(0)) {
  SSL_CTX* const context = m_context.get();
  if (!context || SSL_CTX_use_certificate_file(context, certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error("cannot use the certificate " + certificate);
  SSL_CTX_set_alpn_select_cb(context, &select_http2, nullptr);
  const posix::BlockedSignals inherited;  // SIGPIPE among them
  m_thread = std::thread([this] { accept_connections(); });
}

Http2Flood::~Http2Flood() {
  {
    const std::lock_guard lock(m_mutex);
    m_is_closing = true;
    ::shutdown(m_listener.get(), SHUT_RDWR);
    if (m_connection >= 0) ::shutdown(m_connection, SHUT_RDWR);
  }
  m_thread.join();
}

std::uint16_t Http2Flood::port() const {
  return system::local_port(m_listener.get());
}

void Http2Flood::accept_connections() {
  for (pollfd listener{m_listener.get(), POLLIN, 0}; ::poll(&listener, 1, -1) > 0;) {
    const posix::Fd connection(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection || !set_connection(connection.get())) return;
    flood(connection.get());
    if (!set_connection(-1)) return;
  }
}

/// False if the server is closing.
bool Http2Flood::set_connection(int connection) {
  const std::lock_guard lock(m_mutex);
  m_connection = connection;
  return !m_is_closing;
}

/// Reads nothing: the client's few frames fit into the buffers of the connection.
void Http2Flood::flood(int connection) {
  const Connection tls(SSL_new(m_context.get()), &SSL_free);
  if (!tls || SSL_set_fd(tls.get(), connection) != 1 || SSL_accept(tls.get()) != 1) return;
  const std::string no_settings("\0\0\0\4\0\0\0\0\0", 9);
  bool is_open = write_all(tls.get(), no_settings);
  while (is_open) is_open = write_all(tls.get(), m_frames);
}

}  // namespace spritefarm::test
