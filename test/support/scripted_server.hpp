#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace spritefarm::test {

/// An HTTP/1.1 server on loopback that answers as a test scripts it, also wrongly: a thread for each
/// connection, which reads a request's head, calls the script and sends, byte for byte, what it says. Owned
/// by the test; its destructor closes all connections. Throws std::system_error when it cannot listen.
class ScriptedServer {
 public:
  struct Request {
    std::string path;
    std::string head;    ///< all of it, with the request line
    int connection = 0;  ///< from 1, in the order in which they were accepted
    int number = 0;      ///< from 1, over all connections
  };
  struct Reply {
    std::string bytes;
    enum After {
      keep,     ///< reads the next request
      close,    ///< ends the connection
      reset,    ///< ends it with a TCP reset
      stall,    ///< sends nothing more, until the client closes
      drip,     ///< sends the last byte again twenty times a second, until the client closes
      endless,  ///< sends the last 4096 bytes again and again, until the client closes
    } after = keep;
  };
  /// Called on the connections' threads, by several at once.
  using Script = std::function<Reply(const Request&)>;

  explicit ScriptedServer(Script script);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  [[nodiscard]] std::uint16_t port() const { return m_port; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(m_port) + path;
  }
  [[nodiscard]] int connections() const { return m_connections; }
  [[nodiscard]] int requests() const { return m_requests; }
  /// Waits until so many connections have been closed by the client; false if that takes very long.
  bool wait_for_closed(int connections);

  /// A whole response with this body.
  static Reply response(const std::string& status, const std::string& body,
                        const std::string& more_headers = {});

 private:
  struct Connection {
    int fd;
    std::thread thread;
  };
  void accept_connections();
  void serve(int fd, int connection);

  Script m_script;
  int m_listener = -1;
  std::uint16_t m_port = 0;
  std::atomic<int> m_connections{0};
  std::atomic<int> m_requests{0};
  std::mutex m_mutex;
  std::condition_variable m_changed;
  int m_closed_by_client = 0;
  std::list<Connection> m_open;
  std::thread m_acceptor;
};

}  // namespace spritefarm::test
