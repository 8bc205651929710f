#include "support/scripted_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <system_error>

namespace spritefarm::test {
namespace {

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Discards input until the client closes or resets the connection.
void read_to_end(int fd) {
  char buffer[4096];
  while (::recv(fd, buffer, sizeof buffer, 0) > 0) {
  }
}

}  // namespace

ScriptedServer::ScriptedServer(Script script) : m_script(std::move(script)) {
  m_listener = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(::listen(m_listener, 1024), "listen");
  check(::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  m_port = ntohs(address.sin_port);
  m_acceptor = std::thread([this] { accept_connections(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(m_listener, SHUT_RDWR);
  m_acceptor.join();
  {
    const std::lock_guard lock(m_mutex);
    for (const Connection& connection : m_open) ::shutdown(connection.fd, SHUT_RDWR);
  }
  for (Connection& connection : m_open) {
    connection.thread.join();
    ::close(connection.fd);
  }
  ::close(m_listener);
}

void ScriptedServer::accept_connections() {
  while (true) {
    const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && errno == EMFILE) {  // a test has taken all descriptors for a while
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    if (fd < 0) return;
    const int number = ++m_connections;
    const std::lock_guard lock(m_mutex);
    m_open.push_back({fd, std::thread([this, fd, number] { serve(fd, number); })});
  }
}

void ScriptedServer::serve(int fd, int connection) {
  std::string received;
  char buffer[4096];
  while (true) {
    std::size_t end;
    while ((end = received.find("\r\n\r\n")) == received.npos) {
      const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      received.append(buffer, static_cast<std::size_t>(count));
    }
    if (end == received.npos) break;
    Request request{{}, received.substr(0, end + 2), connection, ++m_requests};
    received.erase(0, end + 4);
    const std::size_t path = request.head.find(' ') + 1;
    request.path = request.head.substr(path, request.head.find(' ', path) - path);

    const Reply reply = m_script(request);
    bool is_open = send_all(fd, reply.bytes);
    if (reply.after == Reply::keep && is_open) continue;
    if (reply.after == Reply::endless) {
      const std::string_view all = reply.bytes;
      const std::string_view part = all.substr(all.size() - std::min<std::size_t>(all.size(), 4096));
      while (is_open) is_open = send_all(fd, part);
    }
    while (reply.after == Reply::drip && is_open) {
      is_open = send_all(fd, std::string_view(reply.bytes).substr(reply.bytes.size() - 1));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    if (reply.after == Reply::stall) read_to_end(fd);
    if (reply.after == Reply::close || reply.after == Reply::reset) {
      const linger at_once{1, 0};
      if (reply.after == Reply::reset) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      // The destructor closes the descriptor: until then, its number must not be reused.
      if (reply.after == Reply::reset)
        ::dup3(m_listener, fd, O_CLOEXEC);
      else
        ::shutdown(fd, SHUT_RDWR);
      return;
    }
    break;
  }
  const std::lock_guard lock(m_mutex);
  ++m_closed_by_client;
  m_changed.notify_all();
}

bool ScriptedServer::wait_for_closed(int connections) {
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, std::chrono::seconds(30),
                            [&] { return m_closed_by_client >= connections; });
}

ScriptedServer::Reply ScriptedServer::response(const std::string& status, const std::string& body,
                                               const std::string& more_headers) {
  return {"HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
          more_headers + "\r\n" + body};
}

}  // namespace spritefarm::test
