#include "net/freshness.hpp"

#include "net/http_client.hpp"
#include "support/catch.hpp"
#include "support/scripted_server.hpp"

#include <mutex>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;
using net::freshness_lifetime;
using test::ScriptedServer;

namespace {

constexpr std::time_t now = 1'600'000'000;  // Sun, 13 Sep 2020 12:26:40 GMT

std::chrono::seconds with(const std::string& cache_control, const std::string& age = {}) {
  return freshness_lifetime({cache_control, age, {}}, now);
}

net::HttpFetch fetch(const net::HttpRequest& request) {
  EventLoop loop;
  net::HttpClient client(loop, {.retries = 0});
  return run(loop, client.fetch(request));
}

}  // namespace

TEST_CASE("a response is fresh for its max-age minus its Age", "[http][freshness]") {
  CHECK(with("max-age=300") == 300s);
  CHECK(with("public, Max-Age=86400, s-maxage=5") == 86400s);
  CHECK(with("max-age=\"60\"") == 60s);
  CHECK(with("public,max-age=300", "100") == 200s);
  CHECK(with("max-age=300", "301") == 0s);
  CHECK(with("max-age=300", "soon") == 300s);
  CHECK(with("max-age=0") == 0s);
  CHECK(with("max-age=300, no-cache") == 0s);
  CHECK(with("no-store,max-age=300") == 0s);
  CHECK(with("max-age=-1") == 0s);
  CHECK(with("max-age=") == 0s);
  CHECK(with("max-age=99999999999999999999999") == 365 * 24h);
  CHECK(with("") == 0s);
  CHECK(with("public") == 0s);
  CHECK(with(",,=,max-age") == 0s);
}

TEST_CASE("without max-age, freshness is a tenth of the time since Last-Modified", "[http][freshness]") {
  CHECK(freshness_lifetime({{}, {}, "Sun, 13 Sep 2020 12:10:00 GMT"}, now) == 100s);
  CHECK(freshness_lifetime({{}, {}, "Sun, 13 Sep 2015 12:10:00 GMT"}, now) == 24h);
  CHECK(freshness_lifetime({{}, {}, "Sun, 13 Sep 2026 12:10:00 GMT"}, now) == 0s);
  CHECK(freshness_lifetime({{}, {}, "yesterday, or so"}, now) == 0s);
  CHECK(freshness_lifetime({"max-age=5", {}, "Sun, 13 Sep 2015 12:10:00 GMT"}, now) == 5s);
}

TEST_CASE("a request with validators accepts 304", "[http][freshness]") {
  std::vector<std::string> heads;
  ScriptedServer server([&heads](const ScriptedServer::Request& request) {
    heads.push_back(request.head);
    return ScriptedServer::Reply{
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\nETag: \"two\"\r\nCache-Control: max-age=7\r\n"
        "X-Captured: this\r\n\r\n"};
  });
  bool checked = false;
  net::HttpRequest request{.url = server.url("/")};
  request.check = [&checked](const net::HttpResponse&) {
    checked = true;
    return Result<void>();
  };
  request.capture_header = "x-captured";
  request.known = {"W/\"one\"", "Sun, 13 Sep 2020 12:10:00 GMT"};
  const net::HttpFetch fetched = fetch(request);
  REQUIRE(fetched.outcome);
  CHECK(fetched.outcome->status == 304);
  CHECK(fetched.outcome->body.empty());
  CHECK(fetched.outcome->validators.etag == "\"two\"");
  CHECK(fetched.outcome->freshness_lifetime == 7s);
  CHECK(fetched.outcome->captured == "this");
  CHECK(!checked);
  REQUIRE(heads.size() == 1);
  CHECK(heads[0].find("\r\nIf-None-Match: W/\"one\"\r\n") != std::string::npos);
  CHECK(heads[0].find("\r\nIf-Modified-Since: Sun, 13 Sep 2020 12:10:00 GMT\r\n") != std::string::npos);

  request.known = {"\"one\r\nX-Forged: 1\"", {}};
  CHECK(fetch(request).outcome);
  CHECK(heads[1].find("Forged") == std::string::npos);
  request.known = {};
  CHECK(fetch(request).failure == net::FetchFailure::status);
}

TEST_CASE("a 304 without validators keeps those of the request", "[http][freshness]") {
  ScriptedServer server([](const ScriptedServer::Request&) {
    return ScriptedServer::Reply{"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=7\r\n\r\n"};
  });
  net::HttpRequest request{.url = server.url("/")};
  request.known = {"\"one\"", "Sun, 13 Sep 2020 12:10:00 GMT"};
  const net::HttpFetch fetched = fetch(request);
  REQUIRE(fetched.outcome);
  CHECK(fetched.outcome->validators.etag == "\"one\"");
  CHECK(fetched.outcome->validators.last_modified == "Sun, 13 Sep 2020 12:10:00 GMT");
}
