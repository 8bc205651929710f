#include "net/http_client.hpp"
#include "net/url.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/nginx_server.hpp"
#include "support/scripted_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <mutex>

using namespace spritefarm;
using net::FetchFailure;
using net::HttpFetch;
using net::HttpOptions;
using test::ScriptedServer;

namespace {

HttpFetch fetch(const HttpOptions& options, const std::string& url) {
  EventLoop loop;
  net::HttpClient client(loop, options);
  return run(loop, client.fetch({.url = url}));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A server or proxy that keeps the heads of its requests.
struct Recorder {
  explicit Recorder(ScriptedServer::Reply always = ScriptedServer::response("200 OK", "whole"))
      : reply(std::move(always)) {}

  ScriptedServer::Reply reply;
  std::mutex mutex;
  std::string heads;
  ScriptedServer server{[this](const ScriptedServer::Request& request) {
    const std::lock_guard lock(mutex);
    heads += request.head;
    return reply;
  }};

  [[nodiscard]] std::string proxy() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
};

HttpOptions at_home(const ScriptedServer& server) {
  HttpOptions options{.retries = 3};
  options.home = net::parse_url(server.url("/"))->origin();
  options.credentials = {"farm", "secret"};
  return options;
}

/// "farm:secret"
constexpr const char* basic = "Basic ZmFybTpzZWNyZXQ=";

}  // namespace

TEST_CASE("a request has the user agent and the headers that were given", "[http][asking]") {
  Recorder recorder;
  HttpOptions options{.user_agent = "farm/1 (me@example.org)"};
  options.headers = {"X-Team: red, blue", "Accept:"};
  CHECK(fetch(options, recorder.server.url("/")).outcome);
  CHECK(contains(recorder.heads, "User-Agent: farm/1 (me@example.org)\r\n"));
  CHECK(contains(recorder.heads, "X-Team: red, blue\r\n"));
  CHECK_FALSE(contains(recorder.heads, "Accept:"));
  CHECK_FALSE(contains(recorder.heads, "spritefarm"));
}

TEST_CASE("credentials and secret headers go to the home origin alone", "[http][asking]") {
  Recorder other;
  Recorder home;
  HttpOptions options = at_home(home.server);
  options.headers = {"cookie: key=1", "X-Team: red"};
  CHECK(fetch(options, home.server.url("/")).outcome);
  CHECK(contains(home.heads, basic));
  CHECK(contains(home.heads, "cookie: key=1\r\n"));

  CHECK(fetch(options, other.server.url("/")).outcome);
  home.reply = ScriptedServer::response("302 Found", "", "Location: " + other.server.url("/b") + "\r\n");
  CHECK(fetch(options, home.server.url("/")).outcome);
  CHECK(other.server.requests() == 2);
  CHECK_FALSE(contains(other.heads, "Basic"));
  CHECK_FALSE(contains(other.heads, "key=1"));
  CHECK(contains(other.heads, "X-Team: red\r\n"));
}

TEST_CASE("a proxy's refusal of an http request is final and named the proxy's", "[http][asking]") {
  const std::string status = GENERATE("407 Proxy Authentication Required", "403 Forbidden");
  CAPTURE(status);
  Recorder proxy(ScriptedServer::response(status, "no", "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
  HttpOptions options{.proxy = proxy.proxy()};
  options.proxy_credentials = {"farm", "secret"};
  const HttpFetch fetched = fetch(options, "http://pokeapi.test/api/v2/");
  CHECK(fetched.failure == FetchFailure::proxy);
  CHECK(fetched.attempts == 1);
  REQUIRE_FALSE(fetched.outcome);
  INFO(fetched.outcome.error().message);
  CHECK(contains(fetched.outcome.error().message, "proxy"));
  CHECK(contains(fetched.outcome.error().message, status.substr(0, 3)));
  CHECK(contains(proxy.heads, std::string("Proxy-Authorization: ") + basic));
  CHECK(proxy.server.requests() == 1);
}

TEST_CASE("a proxy that refuses the login is asked once for a host", "[http][asking]") {
  Recorder proxy(ScriptedServer::response("407 Proxy Authentication Required", "no"));
  const std::string scheme = GENERATE("http", "https");
  CAPTURE(scheme);
  EventLoop loop;
  net::HttpClient client(loop, {.proxy = proxy.proxy()});
  const HttpFetch first = run(loop, client.fetch({.url = scheme + "://pokeapi.test/1"}));
  const HttpFetch second = run(loop, client.fetch({.url = scheme + "://pokeapi.test/2"}));
  CHECK(first.failure == FetchFailure::proxy);
  CHECK(second.failure == FetchFailure::absent);
  REQUIRE_FALSE(second.outcome);
  CHECK(contains(second.outcome.error().message, "the proxy refuses the login (status 407)"));
  CHECK(proxy.server.requests() == 1);
}

TEST_CASE("a proxy's refusal of a tunnel is final, unless it is an outage", "[http][asking]") {
  const std::string status =
      GENERATE("407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway");
  CAPTURE(status);
  Recorder proxy(ScriptedServer::response(status, "no", "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
  HttpOptions options{.proxy = proxy.proxy(), .retries = 1};
  options.proxy_credentials = {"farm", "secret"};
  const HttpFetch fetched = fetch(options, "https://pokeapi.test/api/v2/");
  const bool is_outage = status.starts_with("502");
  CHECK((fetched.failure == FetchFailure::proxy) == !is_outage);
  CHECK((fetched.attempts > 1) == is_outage);
  REQUIRE_FALSE(fetched.outcome);
  INFO(fetched.outcome.error().message);
  CHECK(contains(fetched.outcome.error().message, status.substr(0, 3)));
  CHECK(proxy.server.requests() == fetched.attempts);
  CHECK(contains(proxy.heads, "CONNECT pokeapi.test:443"));
  CHECK_FALSE(contains(proxy.heads, "GET "));
}

TEST_CASE("a server's own 403 is not the proxy's", "[http][asking]") {
  Recorder server(ScriptedServer::response("403 Forbidden", "no"));
  CHECK(fetch({.proxy = ""}, server.server.url("/")).failure == FetchFailure::status);
}

TEST_CASE("an empty proxy and noproxy win over the environment", "[http][asking]") {
  Recorder server;
  Recorder proxy;
  ::setenv("http_proxy", proxy.proxy().c_str(), 1);
  const std::string url = server.server.url("/");
  CHECK(fetch({.proxy = ""}, url).outcome);
  CHECK(fetch({.noproxy = "127.0.0.1"}, url).outcome);
  CHECK(proxy.server.requests() == 0);
  CHECK(server.server.requests() == 2);
  CHECK(fetch({}, url).outcome);
  CHECK(proxy.server.requests() == 1);
  ::unsetenv("http_proxy");
}

TEST_CASE("certificates come from a file or from a directory", "[http][asking]") {
  const test::TempDir folder;
  test::write_file(folder / "site/a", "whole");
  const test::NginxServer server(folder / "site", {"pokeapi.test"});
  const std::string url = "https://pokeapi.test/a";
  HttpOptions options{.connect_to = {server.connect_to("pokeapi.test")}};
  options.ca_directory = folder / "ca";
  std::filesystem::create_directory(options.ca_directory);
  CHECK(fetch(options, url).failure == FetchFailure::certificate);
  std::filesystem::copy(server.ca_file(), folder / "ca/ca.pem");
  REQUIRE(std::system(("openssl rehash " + options.ca_directory).c_str()) == 0);
  CHECK(fetch(options, url).outcome);
  options.is_ca_directory_alone = true;
  CHECK(fetch(options, url).outcome);
}
