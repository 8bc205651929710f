#include "net/host_table.hpp"
#include "net/http_client.hpp"
#include "posix/fork.hpp"
#include "posix/pipe.hpp"
#include "support/catch.hpp"
#include "support/scripted_server.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;
using net::HostTable;
using net::HttpClient;
using net::HttpFetch;
using net::HttpOptions;
using net::Rate;
using test::ScriptedServer;
using Clock = EventLoop::Clock;

namespace {

HttpOptions sharing(const std::shared_ptr<HostTable>& hosts) {
  HttpOptions options;
  options.hosts = hosts;
  return options;
}

std::string origin(int port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

/// A worker that receives Retry-After and is killed as soon as the shared pause is set.
int receive_pause_and_die(const std::shared_ptr<HostTable>& hosts, const posix::Fd& port_source) {
  int port = 0;
  if (::read(port_source.get(), &port, sizeof port) != sizeof port) return 1;
  EventLoop loop;
  HttpClient client(loop, sharing(hosts));
  Task<HttpFetch> fetching = client.fetch({.url = origin(port) + "/"});
  fetching.start([] {});
  loop.run_until([&] { return hosts->host(origin(port)).availability.status(Clock::now(), 300s).has_asked; });
  ::kill(::getpid(), SIGKILL);
  return 2;
}

}  // namespace

TEST_CASE("processes share the pause of a host, even if the one that received Retry-After dies",
          "[limiter]") {
  const auto hosts = std::make_shared<HostTable>(HostTable::Settings{.rate = Rate::polite(100)});
  const posix::Pipe pipe = posix::Pipe::make();
  const pid_t child = posix::fork_child([&] { return receive_pause_and_die(hosts, pipe.read_end); });

  std::atomic<int> early{0};
  std::atomic<Clock::time_point> resume_at{};
  ScriptedServer closed([&](const ScriptedServer::Request& request) {
    if (request.number == 1) {
      resume_at = Clock::now() + 2s;
      return ScriptedServer::response("429 Too Many Requests", "", "Retry-After: 2\r\n");
    }
    if (Clock::now() < resume_at.load()) ++early;
    return ScriptedServer::response("200 OK", "record");
  });
  ScriptedServer open(
      [](const ScriptedServer::Request&) { return ScriptedServer::response("200 OK", "image"); });
  const int port = closed.port();
  REQUIRE(::write(pipe.write_end.get(), &port, sizeof port) == sizeof port);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));

  EventLoop loop;
  HttpClient client(loop, sharing(hosts));
  std::vector<std::string> order;
  std::vector<Task<HttpFetch>> fetching;
  for (const ScriptedServer* server : {&closed, &closed, &closed, &open, &open})
    fetching.push_back(
        client.fetch({.url = server->url("/"), .check = [&](const net::HttpResponse& response) {
                        order.push_back(response.body);
                        return Result<void>();
                      }}));
  for (const HttpFetch& fetch : run(loop, when_all(std::move(fetching)))) CHECK(fetch.outcome);
  CHECK(order == std::vector<std::string>{"image", "image", "record", "record", "record"});
  CHECK(early == 0);
}

TEST_CASE("several clients share one rate", "[limiter]") {
  std::mutex mutex;
  std::vector<Clock::time_point> arrivals;
  ScriptedServer server([&](const ScriptedServer::Request&) {
    const std::lock_guard lock(mutex);
    arrivals.push_back(Clock::now());
    return ScriptedServer::response("200 OK", "");
  });
  const auto hosts = std::make_shared<HostTable>(HostTable::Settings{.rate = {50, 5}});
  EventLoop loop;
  HttpClient one(loop, sharing(hosts)), other(loop, sharing(hosts));
  std::vector<Task<HttpFetch>> fetching;
  for (int i = 0; i < 10; ++i)
    for (HttpClient* client : {&one, &other}) fetching.push_back(client->fetch({.url = server.url("/")}));
  const auto begin = Clock::now();
  (void)run(loop, when_all(std::move(fetching)));
  // A request arrives after it is sent, so no more can arrive than the rate allows to be sent.
  REQUIRE(arrivals.size() == 20);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    CAPTURE(i);
    CHECK(static_cast<double>(i + 1) <=
          5 + 50 * std::chrono::duration<double>(arrivals[i] - begin).count() + 1e-6);
  }
}

TEST_CASE("no request fails because its host refuses a part of all requests", "[limiter]") {
  ScriptedServer server([](const ScriptedServer::Request& request) {
    return request.number % 3 == 0
               ? ScriptedServer::response("429 Too Many Requests", "", "Retry-After: 0\r\n")
               : ScriptedServer::response("200 OK", "x");
  });
  EventLoop loop;
  HttpClient client(loop, {.retries = 2});
  std::vector<Task<HttpFetch>> fetching;
  for (int i = 0; i < 20; ++i) fetching.push_back(client.fetch({.url = server.url("/")}));
  for (const HttpFetch& fetch : run(loop, when_all(std::move(fetching)))) CHECK(fetch.outcome);
}

TEST_CASE("a request fails if its host refuses all requests", "[limiter]") {
  ScriptedServer refusing([](const ScriptedServer::Request&) {
    return ScriptedServer::response("503 Busy", "", "Retry-After: 0\r\n");
  });
  EventLoop loop;
  HttpClient client(loop, {.retries = 2});
  const HttpFetch refused = run(loop, client.fetch({.url = refusing.url("/")}));
  CHECK(refused.status == 503);
  CHECK(refused.attempts == 3);
}
