#include "farm/task_source.hpp"

#include "farm/downloader.hpp"
#include "support/catch.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/serial_executor.hpp>
#include <spritefarm/thread_pool_executor.hpp>

using namespace spritefarm;
using namespace spritefarm::farm;
using namespace spritefarm::test;

namespace {

/// A cache that an earlier run has filled with pages of the index.
struct Cache {
  TempDir folder;
  cli::Messages messages{cli::Verbosity::quiet};
  HttpCache cache{{.remember = true, .output = folder.path().string(), .base_url = base_url}, messages, [] {
                    return DatasetHash{};
                  }};

  static constexpr const char* base_url = "http://127.0.0.1:1/api/v2/";

  void page(const std::string& url, const std::string& content) {
    cache.store(
        url, StoredDocument{.answered = {.freshness_lifetime = std::chrono::hours(1)}, .content = content});
  }
};

std::string names_of(const std::vector<FarmTask>& tasks) {
  std::string text;
  for (const FarmTask& task : tasks) text += display_name(task.name, task.id) + " ";
  return text;
}

}  // namespace

TEST_CASE("names are one piece: each once, this node's share, ids last", "[farm][source]") {
  Cache cache;
  SerialExecutor executor;
  RunEvents events;
  const auto source_of = [&](std::vector<std::string> pokemon, cli::Shard shard) {
    return TaskSource({.pokemon = std::move(pokemon), .shard = shard, .base_url = Cache::base_url}, executor,
                      cache.cache, events);
  };
  TaskSource all = source_of({"25", "mew", "025", "ditto"}, {});
  CHECK_FALSE(all.is_waiting());
  RequestCount count;
  auto piece = all.next(count);
  REQUIRE((piece && *piece));
  CHECK(names_of((*piece)->tasks) == "mew ditto 25 ");
  CHECK((*piece)->max_tasks == 4);
  CHECK(count.requests == 0);
  piece = all.next(count);
  REQUIRE(piece);
  CHECK_FALSE(*piece);

  TaskSource second = source_of({"mew", "ditto", "eevee"}, {2, 2});
  CHECK(second.max_tasks() == 1);
  piece = second.next(count);
  REQUIRE((piece && *piece));
  CHECK(names_of((*piece)->tasks) == "ditto ");

  TaskSource wrong = source_of({"../type"}, {});
  CHECK_FALSE(wrong.next(count));
}

TEST_CASE("the index comes page by page, from the cache without a request", "[farm][source]") {
  Cache cache;
  SerialExecutor executor;  // without a Downloader: a request would fail
  RunEvents events;
  const std::string base = Cache::base_url;
  cache.page(base + "pokemon/?limit=5&offset=0",
             R"({"count": 9, "next": "/api/v2/more", "results": [{"name": "a", "url": "/api/v2/pokemon/1/"},
                 {"name": "b", "url": "/api/v2/pokemon/2/"}]})");
  cache.page("http://127.0.0.1:1/api/v2/more",
             R"({"count": 9, "next": null, "results": [{"name": "c", "url": "/api/v2/pokemon/3/"}]})");
  TaskSource source({.index = {0, 5}, .shard = {1, 2}, .base_url = base}, executor, cache.cache, events);
  CHECK_FALSE(source.is_waiting());
  CHECK(source.max_tasks() == 3);
  RequestCount count;
  auto piece = source.next(count);
  REQUIRE((piece && *piece));
  CHECK(names_of((*piece)->tasks) == "a ");
  CHECK((*piece)->max_tasks == 3);  // the first, third and fifth of five
  piece = source.next(count);
  REQUIRE((piece && *piece));
  CHECK(names_of((*piece)->tasks) == "c ");
  piece = source.next(count);
  REQUIRE(piece);
  CHECK_FALSE(*piece);
  CHECK(count.requests == 0);
}

TEST_CASE("an index that cannot be read is an error, and ends the source", "[farm][source]") {
  Cache cache;
  SerialExecutor executor;
  RunEvents events;
  TaskSource source({.base_url = Cache::base_url}, executor, cache.cache, events);
  RequestCount count;
  CHECK_FALSE(source.next(count));
  const auto piece = source.next(count);
  REQUIRE(piece);
  CHECK_FALSE(*piece);
}

TEST_CASE("an interruption ends the wait for the index, and its request", "[farm][source]") {
  ScriptedServer server([](const ScriptedServer::Request&) -> ScriptedServer::Reply {
    return {"", ScriptedServer::Reply::stall};
  });
  const cli::Messages messages(cli::Verbosity::quiet);
  HttpCache cache({}, messages, [] { return DatasetHash{}; });
  WorkerSettings worker{.dry_run = true};
  worker.http.timeout = std::chrono::hours(1);
  RunEvents events;
  {
    ThreadPoolExecutor executor(
        {.max_workers = 1, .initializer = [&worker] { Downloader::install(worker); }});
    TaskSource source({.base_url = server.url("/api/v2/")}, executor, cache, events);
    CHECK(source.is_waiting());
    events.put_interruption();
    RequestCount count;
    CHECK_THROWS_AS(source.next(count), Interrupted);
  }  // joins the thread: it waits for nothing
  SUCCEED();
}
