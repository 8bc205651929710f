#include "farm/farm_pokemon.hpp"

#include "farm/coordinator.hpp"
#include "farm/downloader.hpp"
#include "farm/index_reader.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/futures.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace spritefarm::farm;
using namespace spritefarm::test;

namespace {

const std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg"></svg>)";

/// A server of documents that the test sets. Counts the requests for each path.
class Api {
 public:
  Api() : m_server([this](const ScriptedServer::Request& request) { return answer(request.path); }) {}

  void serve(const std::string& path, const std::string& body) { m_documents[path] = body; }
  /// Serves a record; `sprites` is JSON in which HOST stands for this server.
  void record(const std::string& path, int id, const std::string& json_name, std::string sprites) {
    for (std::size_t at = 0; (at = sprites.find("HOST")) != sprites.npos;)
      sprites.replace(at, 4, m_server.url(""));
    serve(path, R"({"id": )" + std::to_string(id) + R"(, "name": ")" + json_name + R"(", "sprites": )" +
                    sprites + "}");
  }
  [[nodiscard]] std::string url(const std::string& path) const { return m_server.url(path); }
  [[nodiscard]] int times_asked(const std::string& path) {
    const std::lock_guard lock(m_mutex);
    return m_asked[path];
  }

 private:
  ScriptedServer::Reply answer(const std::string& path) {
    const std::lock_guard lock(m_mutex);
    ++m_asked[path];
    const auto found = m_documents.find(path);
    if (found == m_documents.end()) return ScriptedServer::response("404 Not Found", "no");
    return ScriptedServer::response("200 OK", found->second);
  }

  std::mutex m_mutex;
  std::map<std::string, int> m_asked;
  std::map<std::string, std::string> m_documents;
  ScriptedServer m_server;
};

/// A worker on this thread with an output directory.
struct Farm {
  Api api;
  TempDir folder;
  WorkerSettings settings = settings_for("front_default", "{name}.{ext}");

  WorkerSettings settings_for(const std::string& keys, const std::string& path_template) {
    WorkerSettings result;
    result.http.retries = 0;
    result.sprite_keys = {keys};
    result.selector = *pokeapi::Selector::parse(keys);
    result.path_template = *text::OutputTemplate::parse(path_template);
    result.output = folder.path().string();
    return result;
  }

  template <typename... Call>
  auto call(Call... call) {
    SerialExecutor worker({.initializer = [this] { Downloader::install(settings); }});
    return worker.submit(call...).result();
  }
  FarmResult run(const FarmTask& task) { return call(farm_pokemon, task); }
  FarmResult run(const std::string& name) {
    return run(FarmTask{name, 0, api.url("/pokemon/" + name + "/")});
  }
};

}  // namespace

TEST_CASE("the sprites of a pokémon are downloaded from its record to files", "[farm][pipeline]") {
  Farm farm;
  farm.settings = farm.settings_for("all", "{sprite}/{id}.{ext}");
  farm.api.record("/pokemon/mew/", 151, "mew",
                  R"({"front": "HOST/1.png", "other": {"home": {"back": "HOST/2.svg"}, "none": null}})");
  farm.api.serve("/1.png", MadeUpApi::image);
  farm.api.serve("/2.svg", svg);
  const FarmResult result = farm.run("mew");
  CHECK(result.name == "mew");
  CHECK(result.id == 151);
  CHECK(result.count.requests == 3);
  CHECK(result.count.retries == 0);
  CHECK(result.count.connections >= 1);
  CHECK(result.count.connections <= 3);
  CHECK(result.began.count() > 0);
  REQUIRE(result.sprites.size() == 2);
  for (const SpriteResult& sprite : result.sprites) {
    CAPTURE(sprite.key, sprite.reason);
    CHECK(sprite.took.count() > 0);
    CHECK(sprite.status == SpriteStatus::downloaded);
    CHECK(sprite.attempts == 1);
  }
  CHECK(result.sprites[0].bytes == MadeUpApi::image.size());
  CHECK(read_tree(farm.folder.path()) ==
        std::map<std::string, std::string>{{"front/151.png", MadeUpApi::image},
                                           {"other.home.back/151.svg", svg}});
}

TEST_CASE("a null key of a record is missing, an absent key is a failure", "[farm][pipeline]") {
  Farm farm;
  farm.settings = farm.settings_for("nothing,never_heard_of", "{sprite}.{ext}");
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"nothing": null})");
  const FarmResult result = farm.run("mew");
  REQUIRE(result.sprites.size() == 2);
  CHECK(result.sprites[0].key == "nothing");
  CHECK(result.sprites[0].status == SpriteStatus::missing);
  CHECK(result.sprites[1].key == "never_heard_of");
  CHECK(result.sprites[1].status == SpriteStatus::failed);
  CHECK(!result.sprites[1].reason.empty());
  CHECK(result.count.requests == 1);
}

TEST_CASE("what was not selected cannot fail what was", "[farm][pipeline]") {
  Farm farm;
  farm.api.record(
      "/pokemon/mew/", 151, "mew",
      R"({"a": true, "b": 3, "c": ["HOST/1.png"], "d": "ftp://h/1.png", "front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  const auto outcomes = [&farm](const std::string& keys) {
    farm.settings = farm.settings_for(keys, "{sprite}.{ext}");
    std::map<std::string, SpriteStatus> statuses;
    for (const SpriteResult& sprite : farm.run("mew").sprites) statuses[sprite.key] = sprite.status;
    return statuses;
  };
  const auto downloaded = SpriteStatus::downloaded, failed = SpriteStatus::failed;
  using Outcomes = std::map<std::string, SpriteStatus>;
  CHECK(outcomes("front_default") == Outcomes{{"front_default", downloaded}});
  CHECK(outcomes("*") == Outcomes{{"front_default", downloaded}, {"d", failed}});
  CHECK(outcomes("a,c,front_default") ==
        Outcomes{{"a", failed}, {"c", failed}, {"front_default", downloaded}});
  CHECK(farm.run("mew").sprites.at(0).attempts == 0);
}

TEST_CASE("the id is the identity of a record; without it, the name is", "[farm][pipeline]") {
  Farm farm;
  farm.api.record("/pokemon/3/", 3, "venusaur", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  const auto status_of = [&farm](const std::string& name, std::uint32_t id) {
    const FarmResult result = farm.run(FarmTask{name, id, farm.api.url("/pokemon/3/")});
    return result.sprites.at(0).status;
  };
  CHECK(status_of("old-name", 3) == SpriteStatus::downloaded);
  CHECK(status_of("", 3) == SpriteStatus::downloaded);
  CHECK(status_of("venusaur", 0) == SpriteStatus::downloaded);
  CHECK(status_of("venusaur", 4) == SpriteStatus::failed);
  CHECK(status_of("", 4) == SpriteStatus::failed);
  CHECK(status_of("old-name", 0) == SpriteStatus::failed);
  CHECK(read_tree(farm.folder.path()) ==
        std::map<std::string, std::string>{{"venusaur.png", MadeUpApi::image}});
}

TEST_CASE("an image with bytes after its end is kept as it came, and the bytes are counted",
          "[farm][pipeline]") {
  Farm farm;
  const std::string longer = MadeUpApi::image + std::string(16, '\0');
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", longer);
  const FarmResult result = farm.run("mew");
  CHECK(result.sprites.at(0).status == SpriteStatus::downloaded);
  CHECK(result.sprites.at(0).bytes_after_end == 16);
  CHECK(read_tree(farm.folder.path()) == std::map<std::string, std::string>{{"mew.png", longer}});
}

TEST_CASE("an image is found at an address relative to its record", "[farm][pipeline]") {
  Farm farm;
  farm.settings = farm.settings_for("all", "{sprite}.{ext}");
  const std::string host = farm.api.url("").substr(std::string("http:").size());
  farm.api.record("/pokemon/mew/", 151, "mew",
                  R"({"a": "/1.png", "b": ")" + host + R"(/1.png", "c": "../2 é.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  farm.api.serve("/pokemon/2%20%C3%A9.png", MadeUpApi::image);
  for (const SpriteResult& sprite : farm.run("mew").sprites) {
    CAPTURE(sprite.key, sprite.reason);
    CHECK(sprite.status == SpriteStatus::downloaded);
    CHECK(sprite.url.starts_with(farm.api.url("/")));
  }
}

TEST_CASE("a record that cannot be read fails every selected sprite", "[farm][pipeline]") {
  Farm farm;
  farm.settings.sprite_keys = {"front_default", "all"};
  farm.api.serve("/pokemon/html/", "<html></html>");
  farm.api.record("/pokemon/mew/", 150, "mewtwo", R"({"front_default": "HOST/1.png"})");
  for (const std::string name : {"html", "mew", "absent"}) {
    const FarmResult result = farm.run(name);
    CAPTURE(name);
    CHECK(result.name == name);
    REQUIRE(result.sprites.size() == 2);
    CHECK(result.sprites[0].key == "front_default");
    CHECK(result.sprites[1].key == "all");
    for (const SpriteResult& sprite : result.sprites) {
      CHECK(sprite.status == SpriteStatus::failed);
      CHECK(sprite.url == farm.api.url("/pokemon/" + name + "/"));
      CHECK(sprite.attempts >= 1);
      CHECK(!sprite.reason.empty());
    }
  }
  CHECK(farm.api.times_asked("/1.png") == 0);
}

TEST_CASE("a record that is not found is requested again without the trailing slash", "[farm][pipeline]") {
  Farm farm;
  farm.api.record("/pokemon/mew", 151, "mew", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  const FarmResult result = farm.run("mew");
  REQUIRE(result.sprites.size() == 1);
  CHECK(result.sprites[0].status == SpriteStatus::downloaded);
  CHECK(result.count.requests == 3);
  CHECK(result.count.retries == 0);
  REQUIRE(result.count.url_fallbacks.size() == 1);
  CHECK(result.count.url_fallbacks[0].url == farm.api.url("/pokemon/mew/"));
  CHECK(result.count.url_fallbacks[0].instead == farm.api.url("/pokemon/mew"));
}

TEST_CASE("a name that cannot be a file name fails before its image is requested", "[farm][pipeline]") {
  const std::string name =
      GENERATE(as<std::string>(), "../x", "/x", "", ".", std::string(300, 'x'), "a\\u0000b");
  CAPTURE(name);
  Farm farm;
  farm.api.record("/pokemon/7/", 7, name, R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  const FarmResult result = farm.run(FarmTask{"", 7, farm.api.url("/pokemon/7/")});
  REQUIRE(result.sprites.size() == 1);
  CHECK(result.sprites[0].status == SpriteStatus::failed);
  CHECK(!result.sprites[0].reason.empty());
  CHECK(read_tree(farm.folder.path()).empty());
  CHECK(farm.api.times_asked("/1.png") == 0);
}

TEST_CASE("an invalid or incomplete image never replaces a file", "[farm][pipeline]") {
  const std::string body = GENERATE(as<std::string>(), "", "<html>Not here</html>",
                                    MadeUpApi::image.substr(0, MadeUpApi::image.size() - 1));
  Farm farm;
  write_file(farm.folder / "mew.png", "as it was");
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", body);
  const FarmResult result = farm.run("mew");
  REQUIRE(result.sprites.size() == 1);
  CHECK(result.sprites[0].status == SpriteStatus::failed);
  CHECK(read_tree(farm.folder.path()) == std::map<std::string, std::string>{{"mew.png", "as it was"}});
}

TEST_CASE("the image decides the extension of its file, not the URL", "[farm][pipeline]") {
  Farm farm;
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", svg);
  CHECK(farm.run("mew").sprites.at(0).path == "mew.svg");
  CHECK(read_tree(farm.folder.path()).count("mew.svg") == 1);
}

TEST_CASE("two sprites of one pokémon never overwrite each other", "[farm][pipeline]") {
  Farm farm;
  farm.settings = farm.settings_for("all", "{name}.{ext}");
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"a": "HOST/1.png", "b": "HOST/2.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  farm.api.serve("/2.png", MadeUpApi::image);
  const FarmResult result = farm.run("mew");
  REQUIRE(result.sprites.size() == 2);
  CHECK(result.sprites[0].key == "b");
  CHECK(result.sprites[0].status == SpriteStatus::failed);
  CHECK(result.sprites[1].key == "a");
  CHECK(result.sprites[1].status == SpriteStatus::downloaded);
}

TEST_CASE("a symbolic link below the output directory is not followed", "[farm][pipeline]") {
  Farm farm;
  const TempDir elsewhere;
  farm.settings.path_template = *text::OutputTemplate::parse("link/{name}.{ext}");
  std::filesystem::create_directory_symlink(elsewhere.path(), farm.folder / "link");
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  const FarmResult result = farm.run("mew");
  CHECK(result.sprites.at(0).status == SpriteStatus::failed);
  CHECK(result.output_error.empty());
  CHECK(read_tree(elsewhere.path()).empty());
}

TEST_CASE("a dry run reads records, fetches no images and needs no directory", "[farm][pipeline]") {
  Farm farm;
  farm.settings.dry_run = true;
  farm.settings.output = (farm.folder / "absent").string();
  farm.api.record("/pokemon/mew/", 151, "mew", R"({"front_default": "HOST/1.gif"})");
  const FarmResult result = farm.run("mew");
  REQUIRE(result.sprites.size() == 1);
  CHECK(result.sprites[0].status == SpriteStatus::planned);
  CHECK(result.sprites[0].path == "mew.gif");
  CHECK(result.sprites[0].url == farm.api.url("/1.gif"));
  CHECK(farm.api.times_asked("/1.gif") == 0);
  CHECK(!std::filesystem::exists(farm.folder / "absent"));
}

TEST_CASE("the index is read page by page, or next() returns an error", "[farm][pipeline]") {
  Farm farm;
  farm.api.serve("/pokemon/?limit=3&offset=0",
                 R"({"count": 3, "next": "/page2", "results": [{"name": "a", "url": "/pokemon/1/"}]})");
  farm.api.serve("/page2", R"({"count": 3, "next": null, "results": [{"name": "b", "url": "/pokemon/2/"}]})");
  RunEvents events;
  ThreadPoolExecutor executor({.initializer = [&farm] { Downloader::install(farm.settings); }});
  const cli::Messages messages(cli::Verbosity::quiet);
  HttpCache nothing({}, messages, [] { return DatasetHash{}; });
  IndexReader reader(executor, farm.api.url("/"), pokeapi::IndexRange{0, 3}, nothing, events);
  RequestCount count;
  auto page = reader.next(count);
  REQUIRE((page && *page));
  CHECK(count.requests == 1);
  CHECK((*page)->index_size == 3);
  REQUIRE((*page)->tasks.size() == 1);
  CHECK((*page)->tasks[0].name == "a");
  page = reader.next(count);
  REQUIRE((page && *page));
  REQUIRE((*page)->tasks.size() == 1);
  CHECK((*page)->tasks[0].name == "b");
  CHECK((*page)->tasks[0].id == 2);
  CHECK((*page)->tasks[0].url == farm.api.url("/pokemon/2/"));
  page = reader.next(count);
  REQUIRE(page);
  CHECK(!*page);

  IndexReader nowhere(executor, farm.api.url("/elsewhere/"), pokeapi::IndexRange{0, 3}, nothing, events);
  page = nowhere.next(count);
  REQUIRE(!page);
  CHECK(page.error().message.find(farm.api.url("/elsewhere/pokemon/")) != std::string::npos);
  CHECK(count.requests > 0);
  page = nowhere.next(count);
  REQUIRE(page);
  CHECK(!*page);
}

TEST_CASE("pokémon of the first page are farmed although a later page fails", "[farm][coordinator]") {
  Farm farm;
  farm.api.serve("/pokemon/?limit=3&offset=0",
                 R"({"count": 3, "next": "/page2", "results": [{"name": "a", "url": "/pokemon/1/"}]})");
  farm.api.record("/pokemon/1/", 1, "a", R"({"front_default": "HOST/1.png"})");
  farm.api.serve("/1.png", MadeUpApi::image);
  const cli::Mode mode = GENERATE(cli::Mode::threads, cli::Mode::serial);
  const std::string base_url = farm.api.url("/");
  RunEvents events;
  FarmExecutors executors({.mode = mode, .base_url = base_url}, farm.settings);
  Report report({cli::to_string(mode), 1, 1, "none"});
  const cli::Messages messages(cli::Verbosity::quiet);
  Coordinator coordinator({.selection = {.index = {0, 3}, .base_url = base_url}}, executors, events, report,
                          messages, {});
  CHECK(coordinator.run() == cli::no_index);
  CHECK(report.selected() == 1);
  CHECK(read_tree(farm.folder.path()) == std::map<std::string, std::string>{{"a.png", MadeUpApi::image}});
}

TEST_CASE("a pokémon named twice is farmed once, and a path that two sprites share is a failure",
          "[farm][coordinator]") {
  Farm farm;
  const std::string sprites = R"({"b-c": "HOST/1.png", "c": "HOST/1.png"})";
  farm.api.record("/pokemon/a/", 1, "a", sprites);
  farm.api.record("/pokemon/1/", 1, "a", sprites);
  farm.api.record("/pokemon/a-b/", 2, "a-b", sprites);
  farm.api.serve("/1.png", MadeUpApi::image);

  const std::string base_url = farm.api.url("/");
  const auto run = [&](const std::vector<std::string>& pokemon) {
    RunEvents events;
    FarmExecutors executors({.mode = cli::Mode::serial, .base_url = base_url},
                            farm.settings_for("all", "{name}-{sprite}.{ext}"));
    Report report({.mode = "serial"});
    const cli::Messages messages(cli::Verbosity::quiet);
    Coordinator coordinator({.selection = {.pokemon = pokemon, .base_url = base_url}}, executors, events,
                            report, messages, {});
    const cli::ExitStatus status = coordinator.run();
    return std::pair(status, report.failed());
  };
  CHECK(run({"1", "a", "A", "01"}) == std::pair(cli::everything_on_disk, std::uint64_t{0}));
  CHECK(farm.api.times_asked("/pokemon/a/") == 1);
  CHECK(farm.api.times_asked("/pokemon/1/") == 0);
  CHECK(run({"a", "a-b"}) == std::pair(cli::some_failed, std::uint64_t{1}));  // a + b-c, a-b + c
}

namespace {

/// An API of eight pokémon, of which all but the first never answer.
struct StallingFarm {
  Farm farm;
  Event asked;  // for one that does not answer
  ScriptedServer server{[this](const ScriptedServer::Request& request) -> ScriptedServer::Reply {
    if (request.path == "/pokemon/p1/")
      return ScriptedServer::response("200 OK", R"({"id": 1, "name": "p1", "sprites": {"front_default": ")" +
                                                    server.url("/1.png") + R"("}})");
    if (request.path == "/1.png") return ScriptedServer::response("200 OK", MadeUpApi::image);
    asked.set();
    return {"", ScriptedServer::Reply::stall};
  }};
  const std::string base_url = server.url("/");
  const cli::Messages messages{cli::Verbosity::quiet};
  Report report{{.mode = "threads"}};
  RunEvents events;
  FarmExecutors executors;

  explicit StallingFarm(cli::Mode mode)
      : executors({.mode = mode, .workers = 2, .concurrency = mode == cli::Mode::serial ? 1 : 2},
                  patient_settings()) {}

  WorkerSettings patient_settings() {
    WorkerSettings settings = farm.settings;
    settings.http.timeout = std::chrono::hours(1);
    return settings;
  }
  Coordinator::Settings settings() {
    return {.selection = {.pokemon = {"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"}, .base_url = base_url}};
  }
};

}  // namespace

TEST_CASE("an interrupted coordinator gives up what does not end, and counts what did",
          "[farm][coordinator][interruption]") {
  struct FirstResult final : RunListener {
    Event came;
    void on_result(std::uint64_t, const FarmResult&) override { came.set(); }
  } first;
  StallingFarm stalling(GENERATE(cli::Mode::threads, cli::Mode::serial));
  Coordinator coordinator(stalling.settings(), stalling.executors, stalling.events, stalling.report,
                          stalling.messages, {&first});
  std::thread interrupter([&] {
    first.came.wait();
    stalling.asked.wait();
    stalling.events.put_interruption();
  });
  CHECK(coordinator.run() == cli::interrupted);
  interrupter.join();
  CHECK(stalling.report.downloaded() == 1);
  CHECK(stalling.report.failed() == 0);
}

TEST_CASE("a listener's failure ends the run, and is no pokémon's", "[farm][coordinator]") {
  struct FailingListener final : RunListener {
    void on_result(std::uint64_t, const FarmResult&) override { throw std::runtime_error("no more"); }
  } listener;
  StallingFarm stalling(GENERATE(cli::Mode::threads, cli::Mode::serial));
  {
    Coordinator coordinator(stalling.settings(), stalling.executors, stalling.events, stalling.report,
                            stalling.messages, {&listener});
    CHECK_THROWS_WITH(coordinator.run(), "no more");
  }  // ends the calls that are outstanding
  CHECK(stalling.report.downloaded() == 1);
  CHECK(stalling.report.failed() == 0);
}

TEST_CASE("the executors of a run outlive none of their threads", "[farm][coordinator]") {
  static std::atomic<int> ended;
  ended = 0;
  struct SlowEnd {
    ~SlowEnd() {
      // Who does not wait for this thread is earlier.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++ended;
    }
  };
  {
    Farm farm;
    FarmExecutors executors({.mode = cli::Mode::serial}, farm.settings);
    executors.index_executor().submit([] { static thread_local SlowEnd end; }).result();
    executors.cancel_pending();
  }
  CHECK(ended == 1);
}
