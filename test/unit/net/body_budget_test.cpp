#include "net/body_budget.hpp"

#include "net/http_client.hpp"
#include "support/catch.hpp"
#include "support/scripted_server.hpp"

using namespace spritefarm;
using net::BodyBudget;

TEST_CASE("bodies share a budget; one may exceed it, and the others wait for an end", "[http][budget]") {
  BodyBudget budget(100);
  int resumed = 0;
  BodyBudget::Share waiting(budget, [&] { ++resumed; });
  {
    BodyBudget::Share first(budget, [] {}), second(budget, [] {});
    CHECK(first.grow_to(60));
    CHECK(second.grow_to(40));
    CHECK(waiting.grow_to(0));
    CHECK(second.grow_to(41));  // the first to exceed it
    CHECK(!waiting.grow_to(10));
    CHECK(!first.grow_to(61));
    CHECK(second.grow_to(500));
    CHECK(waiting.is_waiting());
    CHECK(resumed == 0);
  }
  CHECK(resumed > 0);
  CHECK(!waiting.is_waiting());
  CHECK(budget.bytes() == 0);
  CHECK(waiting.grow_to(10));
  CHECK(budget.bytes() == 10);
}

TEST_CASE("more than the budget arrives whole, in turn", "[http][budget]") {
  const std::string body(4 << 20, 'x');
  test::ScriptedServer server([&](const auto&) { return test::ScriptedServer::response("200 OK", body); });
  EventLoop loop;
  net::HttpOptions options;
  options.hosts =
      std::make_shared<net::HostTable>(net::HostTable::Settings{.clients = 8, .is_adaptive = false});
  net::HttpClient client(loop, options);
  std::vector<Task<net::HttpFetch>> tasks;
  for (int i = 0; i < 12; ++i) tasks.push_back(client.fetch({.url = server.url("/")}));
  int whole = 0;
  for (const net::HttpFetch& fetched : run(loop, when_all(std::move(tasks))))
    whole += fetched.outcome && fetched.outcome->body == body && fetched.attempts == 1;
  CHECK(whole == 12);
}
