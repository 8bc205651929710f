/// delay-relay: gives TCP connections on loopback the round trip and the bandwidth of a network.
///
///     delay-relay --to PORT --rtt MS --bandwidth BYTES --stalls SHARE
///
/// It prints the port on which it listens and runs until a signal.
///
///     client ──read──▶ held for half a round trip ──written──▶ target    and the same in reverse
///
/// The TCP handshake with the relay takes no time, so the relay adds its delay: it treats data as sent no
/// earlier than one round trip after the connection was accepted. All connections share the bandwidth of each
/// direction. A stalled segment holds up its connection for a second, as a loss does. There is no slow start.
/// When a connection fails on one side, both sides are reset half a round trip later.
///
/// One thread with an edge-triggered epoll and timeouts in nanoseconds. It exits with status 1 and a message
/// on standard error if it has no more descriptors.

#include "bench/delayed_stream.hpp"
#include "posix/check.hpp"
#include "posix/fd.hpp"
#include "system/loopback_listener.hpp"

#include <CLI/CLI.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using namespace spritefarm;
using bench::DelayedStream;
using bench::SimulatedLine;
using Clock = DelayedStream::Clock;

void set_no_delay(int socket) {
  const int on = 1;
  posix::check(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt TCP_NODELAY");
}

posix::Fd connect_to_loopback(std::uint16_t port) {
  posix::Fd target(posix::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  set_no_delay(target.get());
  // If nothing listens there, reading the socket fails.
  (void)::connect(target.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return target;
}

/// A client, its target, and the two streams between them. Owned by the Relay.
struct Connection {
  Connection(posix::Fd client_socket, posix::Fd target_socket, SimulatedLine& up_line,
             SimulatedLine& down_line, Clock::duration half, Clock::time_point now)
      : client(std::move(client_socket)),
        target(std::move(target_socket)),
        up(client.get(), target.get(), up_line, now + 2 * half),
        down(target.get(), client.get(), down_line, now + 3 * half) {}

  posix::Fd client, target;
  DelayedStream up, down;
  std::optional<Clock::time_point> breaks;     ///< when the failure reaches the other side
  std::optional<Clock::time_point> scheduled;  ///< when the relay calls advance()
};

/// Accepts connections and relays them to the target. Owned and run by main(). Throws std::system_error.
class Relay {
 public:
  Relay(std::uint16_t listen, std::uint16_t to, const SimulatedLine::Properties& line)
      : m_to(to),
        m_half(line.delay),
        m_up(line),
        m_down(line),
        m_listener(system::listen_on_loopback(listen)),
        m_epoll(posix::check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    watch(m_listener.get(), EPOLLIN, listener_key);
  }

  [[nodiscard]] std::uint16_t port() const { return system::local_port(m_listener.get()); }

  void run() {
    for (;;) {
      handle_events();
      handle_due();
    }
  }

 private:
  static constexpr std::uint64_t listener_key = 0;
  using Due = std::pair<Clock::time_point, std::uint64_t>;

  void watch(int fd, std::uint32_t events, std::uint64_t key) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = key;
    posix::check(::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event), "watch a socket");
  }

  void handle_events() {
    std::array<epoll_event, 256> events;
    timespec timeout{};
    if (!m_due.empty()) {
      const auto left = std::max(m_due.top().first - Clock::now(), Clock::duration::zero());
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
      timeout = {seconds.count(), (left - seconds).count()};
    }
    const int count = posix::check(posix::retry_on_signal([&] {
                                     return ::epoll_pwait2(m_epoll.get(), events.data(), events.size(),
                                                           m_due.empty() ? nullptr : &timeout, nullptr);
                                   }),
                                   "epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == listener_key)
        accept_all();
      else
        handle_socket(events[i].data.u64, events[i].events);
    }
  }

  void accept_all() {
    for (;;) {
      posix::Fd client(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!client) {
        if (errno == EAGAIN) return;
        if (errno == EINTR || errno == ECONNABORTED) continue;
        posix::throw_errno("accept a connection");
      }
      set_no_delay(client.get());
      const std::uint64_t id = ++m_last_id;
      Connection made(std::move(client), connect_to_loopback(m_to), m_up, m_down, m_half, Clock::now());
      constexpr std::uint32_t all = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
      watch(made.client.get(), all, 2 * id);
      watch(made.target.get(), all, 2 * id + 1);
      m_connections.emplace(id, std::move(made));
    }
  }

  void handle_socket(std::uint64_t key, std::uint32_t events) {
    const auto found = m_connections.find(key / 2);
    if (found == m_connections.end()) return;
    Connection& connection = found->second;
    const bool is_client = key % 2 == 0;
    DelayedStream& incoming = is_client ? connection.up : connection.down;
    DelayedStream& outgoing = is_client ? connection.down : connection.up;
    if (events & ~EPOLLOUT) incoming.read();
    if (events & EPOLLOUT) outgoing.unblock();
    advance(found->first, connection);
  }

  void handle_due() {
    while (!m_due.empty() && m_due.top().first <= Clock::now()) {
      const auto [time, id] = m_due.top();
      m_due.pop();
      const auto found = m_connections.find(id);
      if (found == m_connections.end() || found->second.scheduled != time) continue;
      found->second.scheduled.reset();
      advance(id, found->second);
    }
  }

  /// Writes all data that is due, then removes or reschedules the connection.
  void advance(std::uint64_t id, Connection& connection) {
    connection.up.write();
    connection.down.write();
    const bool broken = connection.up.broken() || connection.down.broken();
    if (broken && !connection.breaks) connection.breaks = Clock::now() + m_half;
    if (connection.breaks && *connection.breaks <= Clock::now()) {
      system::reset_connection(connection.client.get());
      system::reset_connection(connection.target.get());
      m_connections.erase(id);
      return;
    }
    if (connection.up.finished() && connection.down.finished()) {
      m_connections.erase(id);
      return;
    }
    std::optional<Clock::time_point> next = connection.breaks;
    for (const auto& due : {connection.up.next_due(), connection.down.next_due()})
      if (due && (!next || *due < *next)) next = due;
    if (next && next != connection.scheduled) m_due.emplace(*next, id);
    connection.scheduled = next;
  }

  std::uint16_t m_to;
  Clock::duration m_half;
  SimulatedLine m_up, m_down;
  posix::Fd m_listener, m_epoll;
  std::unordered_map<std::uint64_t, Connection> m_connections;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> m_due;
  std::uint64_t m_last_id = 0;
};

void allow_many_descriptors() {
  rlimit limit{};
  posix::check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  posix::check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t listen = 0, to = 0;
  double rtt = 0, bandwidth = 0, stalls = 0;
  CLI::App app("Relays TCP connections on loopback as a network would.", "delay-relay");
  app.add_option("--listen", listen, "listen on 127.0.0.1:PORT; 0: a free port [0]")->type_name("PORT");
  app.add_option("--to", to, "relay to 127.0.0.1:PORT")->type_name("PORT")->required();
  app.add_option("--rtt", rtt, "round trip time [0]")->check(CLI::Range(0.0, 60'000.0))->type_name("MS");
  app.add_option("--bandwidth", bandwidth, "of each direction; 0: no limit [0]")
      ->check(CLI::Range(0.0, 1e10))
      ->type_name("BYTES");
  app.add_option("--stalls", stalls, "share of segments that take a second longer [0]")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE");
  CLI11_PARSE(app, argc, argv);
  try {
    allow_many_descriptors();
    posix::check(::prctl(PR_SET_TIMERSLACK, 1UL), "prctl PR_SET_TIMERSLACK");
    const auto half =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(rtt / 2));
    Relay relay(listen, to, {.delay = half, .bytes_per_second = bandwidth, .stalls = stalls});
    std::printf("%u\n", relay.port());
    std::fflush(stdout);
    relay.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "delay-relay: %s\n", error.what());
    return 1;
  }
}
