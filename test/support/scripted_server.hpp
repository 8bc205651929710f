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

/// An HTTP/1.1 server on loopback that sends exactly the bytes that the test's script returns, valid or not.
/// One thread per connection reads the head of a request, calls the script and sends its reply. Owned by the
/// test. The destructor closes all connections. Throws std::system_error if it cannot listen.
class ScriptedServer {
 public:
  struct Request {
    std::string path;
    std::string head;    ///< request line and headers
    int connection = 0;  ///< from 1, in the order of accept()
    int number = 0;      ///< from 1, over all connections
  };
  struct Reply {
    std::string bytes;
    enum After {
      keep,     ///< reads the next request
      close,    ///< closes the connection
      reset,    ///< resets the connection (RST)
      stall,    ///< sends nothing more until the client closes
      drip,     ///< repeats the last byte twenty times a second until the client closes
      endless,  ///< repeats the last 4096 bytes until the client closes
    } after = keep;
  };
  /// Called on the threads of the connections, concurrently.
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
  /// Waits until the client has closed this many connections; false after 30 seconds.
  bool wait_for_closed(int connections);

  /// A complete response with Content-Length.
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
