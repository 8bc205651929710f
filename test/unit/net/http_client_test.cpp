#include "net/http_client.hpp"

#include "net/url.hpp"
#include "support/catch.hpp"
#include "support/scripted_server.hpp"

#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

using namespace spritefarm;
using namespace std::chrono_literals;
using net::FetchFailure;
using net::HttpClient;
using net::HttpFetch;
using net::HttpOptions;
using net::HttpRequest;
using test::ScriptedServer;
using Reply = ScriptedServer::Reply;
using Request = ScriptedServer::Request;

namespace {

HttpFetch fetch(const HttpOptions& options, HttpRequest request) {
  EventLoop loop;
  HttpClient client(loop, options);
  return run(loop, client.fetch(std::move(request)));
}
HttpFetch fetch_once(const std::string& url) {
  return fetch({.retries = 0}, {.url = url});
}

std::string message(const HttpFetch& fetched) {
  return fetched.outcome ? "none" : fetched.outcome.error().message;
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// Answers the first `failures` requests with `failing`, the others with 200.
ScriptedServer::Script failing_first(int failures, Reply failing) {
  return [=](const Request& request) {
    return request.number <= failures ? failing : ScriptedServer::response("200 OK", "whole");
  };
}

}  // namespace

TEST_CASE("a fetch returns the body, its ETag and the counts", "[http]") {
  std::string head;
  ScriptedServer server([&head](const Request& request) {
    head = request.head;
    return ScriptedServer::response("200 OK", "hello", "eTaG:  W/\"5-abc\" \r\nX-Other: 1\r\n");
  });
  const HttpFetch fetched = fetch({}, {.url = server.url("/a?b=c")});
  REQUIRE(fetched.outcome);
  CHECK(fetched.outcome->status == 200);
  CHECK(fetched.outcome->body == "hello");
  CHECK(fetched.outcome->validators.etag == "W/\"5-abc\"");
  CHECK(fetched.attempts == 1);
  CHECK(fetched.status == 200);
  CHECK(fetched.bytes == 5);
  CHECK(fetched.failure == FetchFailure::none);
  CHECK(contains(head, "GET /a?b=c HTTP/1.1\r\n"));
  CHECK(contains(head, "User-Agent: spritefarm/"));
  CHECK(contains(head, "Accept-Encoding: identity\r\n"));
}

TEST_CASE("a declared content encoding is decoded, asked for or not", "[http]") {
  const bool compressed = GENERATE(false, true);
  const std::string plain(3000, 'x');
  ScriptedServer server([&](const Request& request) {
    const auto encoded = [](const std::string& coding, const std::string& body) {
      return ScriptedServer::response("200 OK", body, "Content-Encoding: " + coding + "\r\n");
    };
    if (request.path == "/gzip") return encoded("gzip", gzip(plain));
    if (request.path == "/twice") return encoded("gzip, x-gzip", gzip(gzip(plain)));
    if (request.path == "/none") return encoded("none", plain);
    if (request.path == "/unknown") return encoded("utf-8", plain);
    return encoded("gzip", plain);  // declared in error
  });
  for (const std::string path : {"/gzip", "/twice", "/none", "/unknown", "/error"}) {
    const HttpFetch fetched = fetch({.retries = 1}, {.url = server.url(path), .compressed = compressed});
    CAPTURE(path, message(fetched));
    REQUIRE(fetched.outcome);
    CHECK(fetched.outcome->body == plain);
    CHECK(fetched.attempts == (path == "/unknown" || path == "/error" ? 2 : 1));
  }
}

TEST_CASE("max_bytes limits the decoded size of a compressed body", "[http]") {
  const std::string plain(300'000, 'x');
  const bool compressed = GENERATE(false, true);
  std::string head;
  ScriptedServer server([&](const Request& request) {
    head = request.head;
    return ScriptedServer::response("200 OK", gzip(plain), "Content-Encoding: gzip\r\n");
  });
  const HttpFetch fetched = fetch({}, {.url = server.url("/"), .compressed = compressed});
  REQUIRE(fetched.outcome);
  CHECK(fetched.outcome->body == plain);
  CHECK(fetched.bytes == plain.size());
  CHECK(contains(head, "gzip") == compressed);

  const HttpFetch bounded =
      fetch({}, {.url = server.url("/"), .max_bytes = 299'999, .compressed = compressed});
  CHECK(bounded.failure == FetchFailure::too_large);
  CHECK(bounded.attempts == 1);
  const HttpFetch exact = fetch({}, {.url = server.url("/"), .max_bytes = 300'000, .compressed = compressed});
  CHECK(exact.outcome);
}

TEST_CASE("an endless body is aborted at its limit", "[http]") {
  ScriptedServer server([](const Request& request) {
    const std::string status = request.path == "/404" ? "404 Not Found" : "200 OK";
    return Reply{"HTTP/1.1 " + status + "\r\n\r\n" + std::string(4096, 'x'), Reply::endless};
  });
  const HttpFetch fetched = fetch({}, {.url = server.url("/"), .max_bytes = 100'000});
  CHECK(fetched.failure == FetchFailure::too_large);
  CHECK(contains(message(fetched), "100000 bytes"));
  CHECK(fetched.attempts == 1);
  const HttpFetch page = fetch({}, {.url = server.url("/404")});
  CHECK(page.failure == FetchFailure::status);
  CHECK(page.status == 404);
}

TEST_CASE("a transient failure is retried", "[http]") {
  const Reply retryable = GENERATE(
      ScriptedServer::response("500 Internal Server Error", "broken"),
      ScriptedServer::response("503 Busy", "", "Retry-After: 0\r\n"),
      ScriptedServer::response("429 Too Many Requests", "", "Retry-After: 1\r\n"),
      ScriptedServer::response("408 Request Timeout", ""),
      Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Reply::close},
      Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", Reply::close},
      Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Reply::reset}, Reply{"", Reply::close},
      Reply{"", Reply::reset}, Reply{"garbage\r\n\r\n", Reply::close},
      ScriptedServer::response("200 OK", "\x1f\x8b\x08no gzip at all", "Content-Encoding: gzip\r\n"));
  CAPTURE(retryable.bytes);
  ScriptedServer server(failing_first(1, retryable));
  const HttpFetch fetched = fetch({}, {.url = server.url("/"), .compressed = true});
  INFO(message(fetched));
  REQUIRE(fetched.outcome);
  CHECK(fetched.outcome->body == "whole");
  CHECK(fetched.attempts == 2);
  CHECK(server.requests() == 2);
}

TEST_CASE("a permanent failure is final at once", "[http]") {
  const std::string status = GENERATE("400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found",
                                      "410 Gone", "203 Non-Authoritative Information", "204 No Content",
                                      "300 Multiple Choices", "304 Not Modified");
  CAPTURE(status);
  const std::string body =
      status < "203" || status.starts_with("204") || status == "304 Not Modified" ? "" : "an error page";
  ScriptedServer server([&](const Request&) { return ScriptedServer::response(status, body); });
  const HttpFetch fetched = fetch({}, {.url = server.url("/x")});
  CHECK(fetched.failure == FetchFailure::status);
  CHECK(std::to_string(fetched.status) == status.substr(0, 3));
  CHECK(fetched.attempts == 1);
  CHECK(message(fetched).starts_with("GET " + server.url("/x") + ": status " + status.substr(0, 3)));
}

TEST_CASE("attempts are limited, and the last failure is reported", "[http]") {
  ScriptedServer server(
      [](const Request&) { return ScriptedServer::response("503 Unavailable", "no", "Retry-After: 0\r\n"); });
  const HttpFetch fetched = fetch({.retries = 2}, {.url = server.url("/")});
  CHECK(fetched.attempts == 3);
  CHECK(fetched.status == 503);
  CHECK(fetched.bytes == 6);
  CHECK(contains(message(fetched), "503"));
  CHECK(server.requests() == 3);
}

TEST_CASE("a response that fails its check is retried", "[http]") {
  ScriptedServer server(failing_first(1, ScriptedServer::response("200 OK", "<html>")));
  const auto check = [](const net::HttpResponse& response) -> Result<void> {
    if (response.body == "whole") return {};
    return Error{"not whole"};
  };
  const HttpFetch fetched = fetch({}, {.url = server.url("/"), .check = check});
  CHECK(fetched.outcome);
  CHECK(fetched.attempts == 2);

  const auto never = [](const net::HttpResponse&) -> Result<void> { return Error{"never good"}; };
  const HttpFetch refused = fetch({.retries = 1}, {.url = server.url("/r"), .check = never});
  CHECK(refused.failure == FetchFailure::rejected);
  CHECK(refused.attempts == 2);
  CHECK(message(refused) == "GET " + server.url("/r") + ": never good");
}

TEST_CASE("a stalled attempt ends at its timeout and is retried", "[http]") {
  ScriptedServer server(
      failing_first(1, {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Reply::stall}));
  const HttpFetch fetched = fetch({.timeout = 300ms}, {.url = server.url("/")});
  CHECK(fetched.outcome);
  CHECK(fetched.attempts == 2);

  ScriptedServer silent([](const Request&) { return Reply{"", Reply::stall}; });
  const HttpFetch timed_out = fetch({.timeout = 250ms, .retries = 0}, {.url = silent.url("/")});
  CHECK(timed_out.failure == FetchFailure::timeout);
  CHECK(contains(message(timed_out), "no byte for 0.25 s"));
}

TEST_CASE("refused, unresolved and malformed URLs are told apart", "[http]") {
  std::uint16_t closed_port;
  {
    const ScriptedServer server([](const Request&) { return Reply{}; });
    closed_port = server.port();
  }
  const HttpFetch refused = fetch_once("http://127.0.0.1:" + std::to_string(closed_port) + "/");
  CHECK(refused.failure == FetchFailure::refused);
  CHECK(contains(message(refused), "connection refused"));

  const HttpFetch unresolved = fetch({.retries = 4}, {.url = "http://no-such-host.invalid/"});
  CHECK(unresolved.failure == FetchFailure::unresolved);
  CHECK(unresolved.attempts == 2);
  CHECK(contains(message(unresolved), "does not resolve"));

  for (const char* url : {"", "pokeapi.co", "file:///etc/hostname", "http://a b/", "http://a b/\n"}) {
    CAPTURE(url);
    const HttpFetch none = fetch({}, {.url = url});
    CHECK(none.failure == FetchFailure::url);
    CHECK(none.attempts == 0);
    CHECK_FALSE(contains(message(none), "\n"));
  }
}

TEST_CASE("a proxy that refuses to connect is final, and named", "[http]") {
  const std::string status = GENERATE("407 Proxy Authentication Required", "403 Forbidden");
  ScriptedServer proxy([&](const Request&) { return ScriptedServer::response(status, ""); });
  const HttpFetch fetched = fetch({.proxy = proxy.url("")}, {.url = "https://pokeapi.test/"});
  CHECK(fetched.failure == FetchFailure::proxy);
  CHECK(fetched.attempts == 1);
  CHECK(contains(message(fetched), "the proxy"));
  CHECK(contains(message(fetched), status.substr(0, 3)));
  CHECK(contains(message(fetched), "--proxy"));
}

TEST_CASE("redirects are followed within http, up to a limit", "[http]") {
  ScriptedServer server([](const Request& request) {
    const auto redirect = [](const std::string& to) {
      return ScriptedServer::response("302 Found", "moved", "ETag: \"old\"\r\nLocation: " + to + "\r\n");
    };
    if (request.path == "/loop") return redirect("/loop");
    if (request.path == "/file") return redirect("file:///etc/hostname");
    if (request.path == "/start") return redirect("/end");
    return ScriptedServer::response("200 OK", "end");
  });
  const HttpFetch followed = fetch({}, {.url = server.url("/start")});
  REQUIRE(followed.outcome);
  CHECK(followed.outcome->body == "end");
  CHECK(followed.outcome->validators.etag.empty());
  CHECK(fetch({}, {.url = server.url("/loop")}).failure == FetchFailure::url);
  const HttpFetch file = fetch({}, {.url = server.url("/file")});
  CHECK(file.failure == FetchFailure::url);
  CHECK(file.attempts == 1);
}

TEST_CASE("a followed redirect counts as a request and against the rate limit", "[http][limiter]") {
  ScriptedServer server([](const Request& request) {
    return request.number < 4 ? ScriptedServer::response("302 Found", "", "Location: /next\r\n")
                              : ScriptedServer::response("200 OK", "whole");
  });
  HttpOptions options;
  options.hosts = std::make_shared<net::HostTable>(net::HostTable::Settings{.rate = {0.1, 4}});
  const HttpFetch fetched = fetch(options, {.url = server.url("/")});
  REQUIRE(fetched.outcome);
  CHECK(fetched.attempts == 1);
  CHECK(fetched.requests == 4);
  // The four have used up the burst.
  const auto now = EventLoop::Clock::now();
  const std::string origin = net::parse_url(server.url("/"))->origin();
  CHECK(options.hosts->host(origin).limiter.acquire({0.1, 4}, now) > now);
}

TEST_CASE("a connection is reused", "[http]") {
  ScriptedServer server([](const Request&) { return ScriptedServer::response("200 OK", "x"); });
  EventLoop loop;
  HttpClient client(loop, {});
  for (int i = 0; i < 20; ++i) CHECK(run(loop, client.fetch({.url = server.url("/")})).outcome);
  CHECK(server.connections() == 1);
}

TEST_CASE("a server that closes an idle connection causes no failure", "[http]") {
  ScriptedServer server([](const Request&) {
    Reply reply = ScriptedServer::response("200 OK", "x");
    reply.after = Reply::close;
    return reply;
  });
  EventLoop loop;
  HttpClient client(loop, {.retries = 0});
  for (int i = 0; i < 5; ++i) CHECK(run(loop, client.fetch({.url = server.url("/")})).outcome);
}

TEST_CASE("300 fetches with in_flight 32 use 32 connections", "[http]") {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0, max_inside = 0;
  ScriptedServer server([&](const Request&) {
    std::unique_lock lock(mutex);
    max_inside = std::max(max_inside, ++inside);
    changed.notify_all();
    // Delays the first responses until 32 requests are in flight.
    changed.wait_for(lock, 20s, [&] { return max_inside >= 32; });
    --inside;
    return ScriptedServer::response("200 OK", "x");
  });
  EventLoop loop;
  HttpClient client(loop, {.in_flight = 32, .retries = 0});
  std::vector<Task<HttpFetch>> tasks;
  for (int i = 0; i < 300; ++i) tasks.push_back(client.fetch({.url = server.url("/")}));
  int whole = 0;
  for (const HttpFetch& fetched : run(loop, when_all(std::move(tasks))))
    whole += static_cast<bool>(fetched.outcome);
  CHECK(whole == 300);
  CHECK(max_inside == 32);
  CHECK(server.requests() == 300);
  CHECK(server.connections() <= 32 + 8);  // libcurl may close an idle connection and open another
}

TEST_CASE("destroying a task aborts its transfer and releases its permit", "[http]") {
  ScriptedServer server([](const Request& request) {
    return request.path == "/stall" ? Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Reply::stall}
                                    : ScriptedServer::response("200 OK", "x");
  });
  EventLoop loop;
  HttpClient client(loop, {.in_flight = 2});
  {
    std::vector<Task<HttpFetch>> tasks;
    for (int i = 0; i < 5; ++i) tasks.push_back(client.fetch({.url = server.url("/stall")}));
    Task<std::vector<HttpFetch>> all = when_all(std::move(tasks));
    all.start([] {});
    while (server.requests() < 2) loop.run_once(10ms);
  }
  CHECK(run(loop, client.fetch({.url = server.url("/")})).outcome);
  CHECK(server.wait_for_closed(2));
  CHECK(server.requests() == 3);
}

TEST_CASE("a client and its tasks may be destroyed at any time", "[http]") {
  ScriptedServer server([](const Request& request) {
    return ScriptedServer::response(request.number % 3 ? "200 OK" : "500 Broken", std::string(50'000, 'x'));
  });
  for (int rounds = 0; rounds < 40; ++rounds) {
    EventLoop loop;
    HttpClient client(loop, {.in_flight = 4});
    std::vector<Task<HttpFetch>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(client.fetch({.url = server.url("/")}));
    for (auto& task : tasks) task.start([] {});
    for (int i = 0; i < rounds; ++i) loop.run_once(1ms);
  }
  CHECK(server.requests() > 0);
}

TEST_CASE("a lack of descriptors is this machine's failure, not the host's", "[http]") {
  ScriptedServer server([](const Request&) { return ScriptedServer::response("200 OK", "whole"); });
  EventLoop loop;
  HttpClient client(loop, {.retries = 1});
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit no_more{0, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &no_more) == 0);
  const HttpFetch fetched = run(loop, client.fetch({.url = server.url("/")}));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(fetched.failure == FetchFailure::descriptors);
  CHECK(fetched.attempts == 2);
  CHECK(contains(message(fetched), "too many open files"));

  const HttpFetch later = run(loop, client.fetch({.url = server.url("/")}));
  CHECK(later.failure == FetchFailure::none);
}

TEST_CASE("no fetch sends a request before Retry-After has passed", "[http]") {
  std::atomic<bool> has_refused{false};
  std::atomic<int> too_early{0};
  std::atomic<EventLoop::Clock::time_point> resume_at{};
  ScriptedServer server([&](const Request&) {
    if (!has_refused.exchange(true)) {
      resume_at = EventLoop::Clock::now() + 1s;
      return ScriptedServer::response("429 Too Many", "", "Retry-After: 1\r\n");
    }
    if (EventLoop::Clock::now() < resume_at.load()) ++too_early;
    return ScriptedServer::response("200 OK", "x");
  });
  EventLoop loop;
  HttpClient client(loop, {.in_flight = 1});
  std::vector<Task<HttpFetch>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(client.fetch({.url = server.url("/")}));
  int whole = 0;
  for (const HttpFetch& fetched : run(loop, when_all(std::move(tasks))))
    whole += static_cast<bool>(fetched.outcome);
  CHECK(whole == 10);
  CHECK(too_early == 0);
}
