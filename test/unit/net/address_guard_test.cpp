#include "net/address_guard.hpp"

#include "net/url.hpp"
#include "support/catch.hpp"
#include "support/scripted_server.hpp"
#include "system/ip_address.hpp"

#include <memory>

using namespace spritefarm;
using net::FetchFailure;
using net::HomeNetwork;
using test::ScriptedServer;

namespace {

net::HttpFetch fetch(const net::HttpOptions& options, const std::string& url) {
  EventLoop loop;
  net::HttpClient client(loop, options);
  return run(loop, client.fetch({.url = url}));
}

/// The API is elsewhere, where the table says.
net::HttpOptions with_home(HomeNetwork network, const std::string& home = "https://api.test:443") {
  net::HttpOptions options{.home = home, .retries = 3};
  options.hosts = std::make_shared<net::HostTable>(net::HostTable::Settings{});
  if (network != HomeNetwork::unknown) options.hosts->learn_home(network);
  return options;
}

}  // namespace

TEST_CASE("addresses that are no place of the internet are known in every spelling", "[http][address]") {
  for (const std::string address : {"127.0.0.1",
                                    "127.255.0.9",
                                    "0.0.0.0",
                                    "10.1.2.3",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.168.0.1",
                                    "169.254.169.254",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "192.0.0.8",
                                    "198.18.0.1",
                                    "224.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "::ffff:127.0.0.1",
                                    "::ffff:a9fe:a9fe",
                                    "::127.0.0.1",
                                    "fe80::1",
                                    "fe80::1%eth0",
                                    "febf::1",
                                    "fec0::1",
                                    "fc00::1",
                                    "fdff::1",
                                    "ff02::1",
                                    "64:ff9b::7f00:1",
                                    "64:ff9b:1::808:808",
                                    "2002:7f00:1::",
                                    "2002:c0a8:1::1"}) {
    CAPTURE(address);
    CHECK(system::is_private_address(address));
  }
  for (const std::string address : {"1.1.1.1",
                                    "9.255.255.255",
                                    "11.0.0.0",
                                    "100.63.255.255",
                                    "100.128.0.0",
                                    "126.255.255.255",
                                    "128.0.0.1",
                                    "169.253.255.255",
                                    "172.15.255.255",
                                    "172.32.0.0",
                                    "192.167.255.255",
                                    "192.169.0.0",
                                    "223.255.255.255",
                                    "::ffff:8.8.8.8",
                                    "2606:4700::1",
                                    "2001:db8::1",
                                    "64:ff9b::808:808",
                                    "2002:808:808::1",
                                    "",
                                    "localhost"}) {
    CAPTURE(address);
    CHECK_FALSE(system::is_private_address(address));
  }
}

TEST_CASE("a public API leads to no private address, however it is spelled", "[http][address]") {
  const ScriptedServer server([](const auto&) { return ScriptedServer::response("200 OK", "whole"); });
  const std::string port = ":" + std::to_string(server.port()) + "/";
  const std::string host =
      GENERATE(as<std::string>(), "127.0.0.1", "localhost", "2130706433", "0x7f000001", "017700000001",
               "127.1", "0.0.0.0", "user:pass@127.0.0.1", "[::ffff:127.0.0.1]");
  CAPTURE(host);
  const net::HttpFetch fetched = fetch(with_home(HomeNetwork::internet), "http://" + host + port);
  REQUIRE(!fetched.outcome);
  CHECK(fetched.failure == FetchFailure::forbidden);
  CHECK(fetched.attempts == 1);
  CHECK(fetched.outcome.error().message.find("--allow-private") != std::string::npos);
  CHECK(server.connections() == 0);

  net::HttpOptions allowed = with_home(HomeNetwork::internet);
  allowed.allow_private = true;
  if (host == "127.0.0.1") CHECK(fetch(allowed, "http://" + host + port).outcome);
}

TEST_CASE("a public API leads to no private address by a name of its own", "[http][address]") {
  const ScriptedServer server([](const auto&) { return ScriptedServer::response("200 OK", "whole"); });
  net::HttpOptions options = with_home(HomeNetwork::internet, "http://api.test:80");
  options.connect_to = {"api.test:80:127.0.0.1:" + std::to_string(server.port())};
  CHECK(fetch(options, "http://api.test/").failure == FetchFailure::forbidden);
  CHECK(server.connections() == 0);
}

TEST_CASE("an API at a private address leads where it likes", "[http][address]") {
  const ScriptedServer image([](const auto&) { return ScriptedServer::response("200 OK", "whole"); });
  const ScriptedServer api([&](const ScriptedServer::Request& request) {
    if (request.path == "/redirect")
      return ScriptedServer::response("302 Found", "", "Location: " + image.url("/") + "\r\n");
    return ScriptedServer::response("200 OK", "record");
  });
  net::HttpOptions options = with_home(HomeNetwork::unknown, "http://api.test:80");
  options.connect_to = {"api.test:80:127.0.0.1:" + std::to_string(api.port())};
  SECTION("known by its own requests") {
    CHECK(fetch(options, "http://api.test/redirect").outcome);
    CHECK(options.hosts->home() == HomeNetwork::local);
    CHECK(fetch(options, image.url("/")).outcome);
  }
  SECTION("known by a connection that no request needs") {
    CHECK(fetch(options, image.url("/")).outcome);
    CHECK(api.requests() == 0);
    CHECK(options.hosts->home() == HomeNetwork::local);
  }
  SECTION("known by its address") {
    options.home = api.url("");
    const net::HttpFetch fetched = fetch(options, image.url("/"));
    CHECK(fetched.outcome);
    CHECK(api.connections() == 0);
  }
}

TEST_CASE("an API that cannot be reached leads to no private address", "[http][address]") {
  const ScriptedServer server([](const auto&) { return ScriptedServer::response("200 OK", "whole"); });
  net::HttpOptions options = with_home(HomeNetwork::unknown, "http://api.test:80");
  options.connect_to = {"api.test:80:127.0.0.1:1"};
  CHECK(fetch(options, server.url("/")).failure == FetchFailure::forbidden);
  CHECK(server.requests() == 0);
}

TEST_CASE("a private proxy may be asked for anything", "[http][address]") {
  const ScriptedServer proxy([](const auto&) { return ScriptedServer::response("200 OK", "whole"); });
  net::HttpOptions options = with_home(HomeNetwork::internet);
  options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  CHECK(fetch(options, "http://img.test/").outcome);
  CHECK(options.hosts->home() == HomeNetwork::internet);
}
