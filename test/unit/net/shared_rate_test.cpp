#include "net/host_rate_limits.hpp"
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
using net::HostRateLimits;
using net::HttpClient;
using net::HttpFetch;
using net::HttpOptions;
using net::Rate;
using test::ScriptedServer;
using Clock = EventLoop::Clock;

namespace {

HttpOptions sharing(const std::shared_ptr<HostRateLimits>& rate_limits) {
  HttpOptions options;
  options.rate_limits = rate_limits;
  return options;
}

std::string origin(int port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

/// A worker that receives Retry-After and is killed as soon as the shared pause is set.
int receive_pause_and_die(const std::shared_ptr<HostRateLimits>& rate_limits, const posix::Fd& port_source) {
  int port = 0;
  if (::read(port_source.get(), &port, sizeof port) != sizeof port) return 1;
  EventLoop loop;
  HttpClient client(loop, sharing(rate_limits));
  Task<HttpFetch> fetching = client.fetch({.url = origin(port) + "/"});
  fetching.start([] {});
  loop.run_until([&] { return rate_limits->host(origin(port)).retry_after_remaining(Clock::now()) > 0s; });
  ::kill(::getpid(), SIGKILL);
  return 2;
}

}  // namespace

TEST_CASE("processes share the pause of a host, even if the one that received Retry-After dies",
          "[limiter]") {
  const auto rate_limits = std::make_shared<HostRateLimits>(Rate::polite(100));
  const posix::Pipe pipe = posix::Pipe::make();
  const pid_t child = posix::fork_child([&] { return receive_pause_and_die(rate_limits, pipe.read_end); });

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
  HttpClient client(loop, sharing(rate_limits));
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
  const auto rate_limits = std::make_shared<HostRateLimits>(Rate{50, 5});
  EventLoop loop;
  HttpClient one(loop, sharing(rate_limits)), other(loop, sharing(rate_limits));
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

TEST_CASE("throttled attempts are no failures while the host answers other requests", "[limiter]") {
  constexpr int refusals = 6;
  std::atomic<int> asked{0};
  ScriptedServer server([&](const ScriptedServer::Request& request) {
    if (request.path == "/busy" && ++asked <= refusals)
      return ScriptedServer::response("429 Too Many Requests", "", "Retry-After: 0\r\n");
    return ScriptedServer::response("200 OK", "x");
  });
  EventLoop loop;
  HttpOptions options;
  options.retries = 2;
  HttpClient client(loop, options);
  bool is_over = false;
  const auto keep_asking = [&]() -> Task<void> {
    while (!is_over) {
      Task<HttpFetch> fetching = client.fetch({.url = server.url("/other")});
      co_await std::move(fetching);
    }
  };
  std::vector<Task<void>> others;
  for (int i = 0; i < 8; ++i) others.push_back(keep_asking());
  for (Task<void>& each : others) each.start([] {});

  const HttpFetch busy = run(loop, client.fetch({.url = server.url("/busy")}));
  is_over = true;
  CHECK(busy.outcome);
  CHECK(busy.attempts == refusals + 1);

  SECTION("throttled attempts are failures if the host answers no request") {
    ScriptedServer refusing([](const ScriptedServer::Request&) {
      return ScriptedServer::response("503 Busy", "", "Retry-After: 0\r\n");
    });
    const HttpFetch refused = run(loop, client.fetch({.url = refusing.url("/")}));
    CHECK(refused.status == 503);
    CHECK(refused.attempts == 3);
  }
}
