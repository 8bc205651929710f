#include "net/http_client.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/nginx_server.hpp"
#include "support/scripted_server.hpp"
#include "unit/net/http2_flood.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

using namespace spritefarm;
using namespace std::chrono_literals;
using net::FetchFailure;
using net::HttpClient;
using net::HttpFetch;
using net::HttpOptions;
using test::NginxRequest;
using test::NginxServer;

namespace {

const std::string name = "pokeapi.test";

/// The content of file `number`, larger than the initial flow-control window of HTTP/2 (RFC 9113 §6.9.2).
std::string body_of(int number) {
  return "{\"number\":" + std::to_string(number) + std::string(200'000, ' ') + "}";
}

struct Folder {
  explicit Folder(int files) {
    for (int i = 0; i < files; ++i) test::write_file(dir / (std::to_string(i) + ".json"), body_of(i));
  }
  test::TempDir dir;
};

HttpOptions options_for(const NginxServer& server) {
  HttpOptions options;
  options.connect_to = {server.connect_to(name)};
  options.ca_file = server.ca_file();
  return options;
}

Task<bool> fetch_file(HttpClient& client, int number) {
  net::HttpRequest request;
  request.url = "https://" + name + "/" + std::to_string(number) + ".json";
  request.compressed = number % 2 == 0;
  Task<HttpFetch> fetch = client.fetch(std::move(request));
  HttpFetch fetched = co_await std::move(fetch);
  const bool is_whole = fetched.outcome && fetched.outcome->body == body_of(number);
  co_return is_whole;
}

/// The number of files that arrived intact.
int fetch_files(const HttpOptions& options, int count) {
  EventLoop loop;
  HttpClient client(loop, options);
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(fetch_file(client, i));
  int whole = 0;
  for (const bool is_whole : run(loop, when_all(std::move(tasks)))) whole += is_whole;
  return whole;
}

std::size_t connections(const std::vector<NginxRequest>& requests) {
  std::set<std::string> numbers;
  for (const NginxRequest& request : requests) numbers.insert(request.connection);
  return numbers.size();
}

HttpFetch fetch(const HttpOptions& options, const std::string& url) {
  EventLoop loop;
  HttpClient client(loop, options);
  return run(loop, client.fetch({.url = url}));
}

}  // namespace

TEST_CASE("each connection that a client opens is counted once", "[http2]") {
  const bool ahead = GENERATE(false, true);
  const Folder folder(3);
  NginxServer server(folder.dir.path(), {name});
  EventLoop loop;
  HttpClient client(loop, options_for(server));
  if (ahead) run(loop, client.open("https://" + name + "/"));
  const auto fetch_one = [&](int number) {
    return run(loop, client.fetch({.url = "https://" + name + "/" + std::to_string(number) + ".json"}));
  };
  CHECK(fetch_one(0).connections == 1);
  CHECK(fetch_one(1).connections == 0);
  CHECK(fetch_one(2).connections == 0);
}

TEST_CASE("over TLS all fetches share one HTTP/2 connection", "[http2]") {
  const Folder folder(100);
  NginxServer server(folder.dir.path(), {name});
  CHECK(fetch_files(options_for(server), 100) == 100);
  const std::vector<NginxRequest> requests = server.stop();
  CHECK(requests.size() == 100);
  CHECK(connections(requests) == 1);
  int http2 = 0, compressed = 0;
  for (const NginxRequest& request : requests) {
    http2 += request.protocol == "HTTP/2.0";
    compressed += request.encoding == "gzip";
  }
  CHECK(http2 == 100);
  CHECK(compressed == 50);
}

TEST_CASE("a connection opened ahead sends no request and carries later fetches", "[http2]") {
  const Folder folder(20);
  NginxServer server(folder.dir.path(), {name});
  EventLoop loop;
  HttpClient client(loop, options_for(server));
  run(loop, client.open("https://" + name + "/"));
  REQUIRE(server.connected_clients() == 1);
  run(loop, client.open("https://" + name + "/"));
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(fetch_file(client, i));
  for (const bool is_whole : run(loop, when_all(std::move(tasks)))) CHECK(is_whole);
  CHECK(server.connected_clients() == 1);
  const std::vector<NginxRequest> requests = server.stop();
  CHECK(requests.size() == 20);
  CHECK(connections(requests) == 1);
}

TEST_CASE("fetches wait for a connection that is being opened", "[http2]") {
  const Folder folder(20);
  NginxServer server(folder.dir.path(), {name});
  EventLoop loop;
  HttpClient client(loop, options_for(server));
  Task<void> opening = client.open("https://" + name + "/");
  opening.start([] {});
  CHECK_FALSE(opening.done());
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(fetch_file(client, i));
  for (const bool is_whole : run(loop, when_all(std::move(tasks)))) CHECK(is_whole);
  CHECK(server.connected_clients() == 1);
  CHECK(connections(server.stop()) == 1);
}

TEST_CASE("open() that fails or has no use harms no fetch", "[http2]") {
  const Folder folder(12);
  SECTION("the server speaks HTTP/1.1 only") {
    NginxServer server(folder.dir.path(), {name}, {.http2 = false});
    HttpOptions options = options_for(server);
    options.in_flight = 6;
    EventLoop loop;
    HttpClient client(loop, options);
    run(loop, client.open("https://" + name + "/"));
    std::vector<Task<bool>> tasks;
    for (int i = 0; i < 12; ++i) tasks.push_back(fetch_file(client, i));
    for (const bool is_whole : run(loop, when_all(std::move(tasks)))) CHECK(is_whole);
    const std::vector<NginxRequest> requests = server.stop();
    CHECK(requests.size() == 12);
    CHECK(connections(requests) == 6);
  }
  SECTION("the connection fails") {
    NginxServer server(folder.dir.path(), {"other.test"});
    EventLoop loop;
    HttpClient client(loop, options_for(server));
    run(loop, client.open("https://" + name + "/"));
    const HttpFetch fetched = run(loop, client.fetch({.url = "https://" + name + "/0.json"}));
    CHECK(fetched.failure == FetchFailure::certificate);
    CHECK(fetched.attempts == 1);
  }
  SECTION("an http URL, or no URL") {
    EventLoop loop;
    HttpClient client(loop, {});
    test::ScriptedServer server([](const test::ScriptedServer::Request&) {
      return test::ScriptedServer::response("200 OK", "plain");
    });
    run(loop, client.open(server.url("/")));
    run(loop, client.open("no address"));
    CHECK(server.connections() == 0);
    CHECK(run(loop, client.fetch({.url = server.url("/")})).outcome);
  }
}

TEST_CASE("the first fetches of a host are sent before any response arrives", "[http2]") {
  constexpr int together = 5;
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  test::ScriptedServer upstream([&](const test::ScriptedServer::Request&) {
    std::unique_lock lock(mutex);
    ++here;
    all_here.notify_all();
    const bool came = all_here.wait_for(lock, 30s, [&here] { return here >= together; });
    return test::ScriptedServer::response(came ? "200 OK" : "404 Not Found", "");
  });
  const Folder folder(0);
  const bool http2 = GENERATE(true, false);
  CAPTURE(http2);
  NginxServer server(
      folder.dir.path(), {name},
      {.http2 = http2, .locations = "location /together { proxy_pass " + upstream.url("/") + "; }\n"});
  EventLoop loop;
  HttpClient client(loop, options_for(server));
  std::vector<Task<HttpFetch>> fetches;
  for (int i = 0; i < together; ++i)
    fetches.push_back(client.fetch({.url = "https://" + name + "/together"}));
  for (const HttpFetch& fetched : run(loop, when_all(std::move(fetches)))) CHECK(fetched.outcome);
  CHECK(connections(server.stop()) == (http2 ? 1 : together));
}

TEST_CASE("more fetches than streams share a few connections, not hundreds", "[http2]") {
  const Folder folder(250);
  NginxServer server(folder.dir.path(), {name});
  HttpOptions options = options_for(server);
  options.in_flight = 250;
  CHECK(fetch_files(options, 250) == 250);
  CHECK(connections(server.stop()) <= 3);
}

TEST_CASE("a TLS server with HTTP/1.1 only gets several connections", "[http2]") {
  const Folder folder(60);
  NginxServer server(folder.dir.path(), {name}, {.http2 = false});
  HttpOptions options = options_for(server);
  options.in_flight = 6;
  CHECK(fetch_files(options, 60) == 60);
  const std::vector<NginxRequest> requests = server.stop();
  CHECK(requests.size() == 60);
  CHECK(connections(requests) > 1);
  CHECK(connections(requests) <= 8);
}

TEST_CASE("hosts that share an address do not close each other's connections", "[http2]") {
  const Folder folder(20);
  const std::string other = "other.test";
  NginxServer server(folder.dir.path(), {name, other});
  HttpOptions options = options_for(server);
  options.connect_to = {"::127.0.0.1:" + std::to_string(server.port())};  // any host
  EventLoop loop;
  HttpClient client(loop, options);
  for (int i = 0; i < 20; ++i)
    for (const std::string& host : {name, other})
      CHECK(run(loop, client.fetch({.url = "https://" + host + "/" + std::to_string(i) + ".json"})).outcome);
  CHECK(connections(server.stop()) == 2);
}

TEST_CASE("a truncated HTTP/2 body is detected", "[http2]") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n";
  test::ScriptedServer upstream([head](const test::ScriptedServer::Request& request) {
    if (request.number > 1) return test::ScriptedServer::response("200 OK", "whole");
    return test::ScriptedServer::Reply{head + "\r\n" + std::string(500, 'x'),
                                       test::ScriptedServer::Reply::close};
  });
  const Folder folder(0);
  NginxServer server(folder.dir.path(), {name},
                     {.locations = "location /cut { proxy_pass " + upstream.url("/") + "; }\n"});
  const HttpFetch fetched = fetch(options_for(server), "https://" + name + "/cut");
  REQUIRE(fetched.outcome);
  CHECK(fetched.outcome->body == "whole");
  CHECK(fetched.attempts == 2);
}

TEST_CASE("a certificate that is not valid is a final failure, with advice", "[http2]") {
  const Folder folder(1);
  NginxServer server(folder.dir.path(), {name});
  const NginxServer other_server(folder.dir.path(), {name});
  const std::string file = "https://" + name + "/0.json";
  const auto check_refused = [](const HttpFetch& fetched, const std::string& advice) {
    CHECK(fetched.failure == FetchFailure::certificate);
    CHECK(fetched.attempts == 1);
    REQUIRE_FALSE(fetched.outcome);
    INFO(fetched.outcome.error().message);
    CHECK(fetched.outcome.error().message.find(advice) != std::string::npos);
  };
  HttpOptions options = options_for(server);
  options.ca_file.clear();
  check_refused(fetch(options, file), "pass its CA with --cacert");
  options.ca_file = other_server.ca_file();
  check_refused(fetch(options, file), "its CA is not in " + other_server.ca_file());
  options.ca_file = folder.dir / "no-such-file.pem";
  check_refused(fetch(options, file), options.ca_file + ": No such file");
  options.ca_file = folder.dir / "0.json";
  check_refused(fetch(options, file), options.ca_file + ": it holds no certificate");

  options = options_for(server);
  options.connect_to = {server.connect_to("other.test")};
  check_refused(fetch(options, "https://other.test/0.json"), "check the host name");
}

TEST_CASE("a redirect from https to http is refused", "[http2]") {
  const Folder folder(0);
  NginxServer server(folder.dir.path(), {name},
                     {.locations = "location /away { return 302 http://127.0.0.1:1/; }\n"});
  const HttpFetch fetched = fetch(options_for(server), "https://" + name + "/away");
  CHECK(fetched.failure == FetchFailure::url);
  CHECK(fetched.attempts == 1);
}

TEST_CASE("destroying a task leaves the shared connection open for the others", "[http2]") {
  const Folder folder(20);
  NginxServer server(folder.dir.path(), {name});
  EventLoop loop;
  HttpClient client(loop, options_for(server));
  CHECK(run(loop, fetch_file(client, 0)));
  std::vector<std::unique_ptr<Task<bool>>> tasks;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(std::make_unique<Task<bool>>(fetch_file(client, i)));
    tasks.back()->start([] {});
  }
  loop.run_once(1s);
  for (int i = 0; i < 20; i += 2) tasks.at(static_cast<std::size_t>(i)).reset();
  int whole = 0;
  for (const auto& task : tasks) {
    if (!task) continue;
    loop.run_until([&task] { return task->done(); });
    whole += task->take();
  }
  CHECK(whole == 10);
  CHECK(connections(server.stop()) == 1);
}

TEST_CASE("a server that sends frames without end and no response fails alone", "[http2]") {
  using namespace std::string_literals;
  const Folder folder(40);
  NginxServer server(folder.dir.path(), {name, "flood.test"});
  const std::string frame = GENERATE("\0\0\4\x8\0\0\0\0\0\0\0\0\1"s,     // WINDOW_UPDATE of the connection
                                     "\0\0\5\2\0\0\0\0\1\0\0\0\0\x10"s,  // PRIORITY of stream 1
                                     "\0\0\0\xfe\0\0\0\0\0"s);           // of an unknown type
  test::Http2Flood flood(server.certificate_file(), server.key_file(), frame);
  HttpOptions options = options_for(server);
  options.connect_to.push_back("flood.test:443:127.0.0.1:" + std::to_string(flood.port()));
  options.retries = 0;
  EventLoop loop;
  HttpClient client(loop, options);
  Task<HttpFetch> flooded = client.fetch({.url = "https://flood.test/"});
  flooded.start([] {});
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 40; ++i) tasks.push_back(fetch_file(client, i));
  for (const bool is_whole : run(loop, when_all(std::move(tasks)))) CHECK(is_whole);
  loop.run_until([&] { return flooded.done(); });
  const HttpFetch fetched = flooded.take();
  CHECK(fetched.failure == FetchFailure::connection);
}
