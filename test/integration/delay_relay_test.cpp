#include "posix/check.hpp"
#include "posix/fd.hpp"
#include "support/catch.hpp"
#include "support/relay.hpp"
#include "system/loopback_listener.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds rtt{40};

/// Waits until the socket is ready. A minute is far longer than any wait here takes.
void wait_for(int fd, short events) {
  pollfd wanted{fd, events, 0};
  REQUIRE(poll(&wanted, 1, 60'000) == 1);
}

posix::Fd connect_to(int port) {
  posix::Fd client(posix::check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  posix::check(connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  return client;
}

/// The next bytes, at most `max_bytes`; empty at the end of the stream, none if the connection was reset.
std::optional<std::string> receive(const posix::Fd& socket, std::size_t max_bytes = 1 << 16) {
  wait_for(socket.get(), POLLIN);
  std::string bytes(max_bytes, '\0');
  const ssize_t size = recv(socket.get(), bytes.data(), max_bytes, 0);
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size));
  return bytes;
}

std::string receive_all(const posix::Fd& socket) {
  std::string all;
  for (;;) {
    const std::optional<std::string> some = receive(socket);
    REQUIRE(some);
    if (some->empty()) return all;
    all += *some;
  }
}

void send_all(const posix::Fd& socket, const std::string& bytes) {
  REQUIRE(send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

/// A relay in front of a server of the test.
struct Relayed {
  posix::Fd server = system::listen_on_loopback(0);
  const Relay relay{system::local_port(server.get()), {"--rtt", std::to_string(rtt.count())}};
  const int port = relay.port();

  [[nodiscard]] posix::Fd accept_one() const {
    wait_for(server.get(), POLLIN);
    return posix::Fd(posix::check(accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  }
};

/// Text whose parts all differ.
std::string numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + ' ';
  return text;
}

}  // namespace

TEST_CASE("the delay relay delays a handshake by a round trip, and each direction by half of one",
          "[relay]") {
  const Relayed relayed;
  const auto connected = Clock::now();
  const posix::Fd client = connect_to(relayed.port);
  send_all(client, "hello");
  const posix::Fd target = relayed.accept_one();
  CHECK(receive(target) == "hello");
  CHECK(Clock::now() - connected >= rtt + rtt / 2);

  auto sent = Clock::now();
  send_all(target, "answer");
  CHECK(receive(client) == "answer");
  CHECK(Clock::now() - sent >= rtt / 2);

  sent = Clock::now();
  send_all(client, "again");
  CHECK(receive(target) == "again");
  CHECK(Clock::now() - sent >= rtt / 2);
}

TEST_CASE("the delay relay forwards the end of each direction separately", "[relay]") {
  const Relayed relayed;
  const posix::Fd client = connect_to(relayed.port);
  send_all(client, "question");
  REQUIRE(shutdown(client.get(), SHUT_WR) == 0);
  posix::Fd target = relayed.accept_one();
  CHECK(receive_all(target) == "question");
  send_all(target, "answer");
  target.reset();
  CHECK(receive_all(client) == "answer");
}

TEST_CASE("the delay relay buffers a few MiB for a target that does not read, and loses none of it",
          "[relay]") {
  const Relayed relayed;
  const posix::Fd client = connect_to(relayed.port), target = relayed.accept_one();
  const std::string text = numbers(12'000'000);
  std::size_t sent = 0, received = 0;
  // The relay buffers 4 MiB, the kernel some more on four sockets: the text is much longer than both.
  const auto send_until_it_blocks = [&] {
    for (;;) {
      pollfd wanted{client.get(), POLLOUT, 0};
      if (poll(&wanted, 1, 3 * static_cast<int>(rtt.count())) == 0) return;
      const ssize_t size =
          send(client.get(), text.data() + sent, text.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      REQUIRE(size > 0);
      sent += static_cast<std::size_t>(size);
      if (sent == text.size()) return;
    }
  };
  send_until_it_blocks();
  CHECK(sent < text.size());
  bool same = true;
  while (received < text.size()) {
    const std::string some = receive(target).value_or("");
    REQUIRE(!some.empty());
    same = same && text.compare(received, some.size(), some) == 0;
    received += some.size();
    if (sent < text.size()) {
      const ssize_t size =
          send(client.get(), text.data() + sent, text.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size > 0) sent += static_cast<std::size_t>(size);
    }
  }
  CHECK(same);
}

TEST_CASE("the delay relay never mixes up hundreds of connections", "[relay]") {
  const Relayed relayed;
  std::vector<posix::Fd> clients, targets;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(connect_to(relayed.port));
    send_all(clients.back(), std::to_string(i));
    REQUIRE(shutdown(clients.back().get(), SHUT_WR) == 0);
    targets.push_back(relayed.accept_one());
  }
  for (posix::Fd& target : targets) {
    send_all(target, receive_all(target) + '!');
    target.reset();
  }
  for (std::size_t i = 0; i < clients.size(); ++i) CHECK(receive_all(clients[i]) == std::to_string(i) + '!');
}

TEST_CASE("the delay relay resets a connection whose other side is reset or absent", "[relay]") {
  Relayed relayed;
  const posix::Fd client = connect_to(relayed.port);
  send_all(client, "question");
  SECTION("reset") {
    const posix::Fd target = relayed.accept_one();
    CHECK(receive(target) == "question");
    system::reset_connection(target.get());
    CHECK(!receive(client));
  }
  SECTION("absent") {
    relayed.server.reset();
    CHECK(!receive(connect_to(relayed.port)));
  }
}

TEST_CASE("all connections of the delay relay share its bandwidth", "[relay]") {
  const posix::Fd server = system::listen_on_loopback(0);
  const Relay relay(system::local_port(server.get()), {"--bandwidth", "100000"});
  const auto began = Clock::now();
  std::vector<posix::Fd> clients, targets;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(connect_to(relay.port()));
    wait_for(server.get(), POLLIN);
    targets.emplace_back(posix::check(accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    send_all(targets.back(), std::string(10'000, 'x'));
    targets.back().reset();
  }
  for (const posix::Fd& client : clients) CHECK(receive_all(client).size() == 10'000);
  CHECK(Clock::now() - began >= milliseconds(400));
}
