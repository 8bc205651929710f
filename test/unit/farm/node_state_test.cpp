#include "farm/node_state.hpp"

#include "farm/node_settings.hpp"
#include "farm/output_files.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/codec.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using namespace spritefarm;
using namespace spritefarm::farm;

namespace {

using Time = NodeState::Time;
const Time start = std::chrono::steady_clock::now();

/// A node and a worker's view of its hosts for run 7, at ten requests a second without a burst.
struct NodeOfRun {
  std::shared_ptr<net::HostTable> hosts =
      std::make_shared<net::HostTable>(net::HostTable::Settings{.max_absence = 24h});
  NodeState state{"one", hosts};
  net::HostTable of_run{{.rate = {10, 1}, .bytes_per_second = 1000, .run = 7}, *hosts};

  std::optional<std::chrono::milliseconds> delay(Time now) {
    net::Host& host = of_run.host("https://pokeapi.co");
    (void)of_run.acquire(host, now);
    const std::optional<Time> next = of_run.acquire(host, now);
    if (!next) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(*next - now);
  }
};

HostPause pause_of(std::chrono::seconds length, std::chrono::seconds age = 0s) {
  return {"https://pokeapi.co", "status 429", length, age};
}

}  // namespace

TEST_CASE("a node uses its part of a run's rate while it hears of the run", "[farm][node]") {
  NodeOfRun node;
  CHECK(node.delay(start) == std::nullopt);
  CHECK(node.of_run.take_bytes(1, start) > start);
  node.state.take(encode_notice(RunNotice{7, 1, {{"one", 0.5}, {"two", 0.5}}}), start);
  CHECK(node.delay(start) == 200ms);
  CHECK(node.of_run.take_bytes(1, start) == start);
  SECTION("a table without the node ends it") {
    node.state.take(encode_notice(RunNotice{7, 2, {{"two", 1}}}), start + 1s);
    CHECK(node.delay(start + 1s) == std::nullopt);
    SECTION("and an older one does not bring it back") {
      node.state.take(encode_notice(RunNotice{7, 1, {{"one", 0.5}}}), start + 2s);
      CHECK(node.delay(start + 2s) == std::nullopt);
    }
  }
  SECTION("silence ends it") {
    CHECK(node.delay(start + RateDivision::part_lasts - 1s) == 200ms);
    CHECK(node.delay(start + RateDivision::part_lasts) == std::nullopt);
  }
  SECTION("another run has its own") {
    node.state.take(encode_notice(RunNotice{8, 1, {{"one", 0.1}}}), start);
    CHECK(node.delay(start + 1s) == 200ms);
  }
  SECTION("what is no notice is ignored") {
    node.state.take("nonsense", start);
    CHECK(node.delay(start + 1s) == 200ms);
  }
}

TEST_CASE("a run with more runs than a node has room for loses its part and gets it again", "[farm][node]") {
  NodeOfRun node;
  node.state.take(encode_notice(RunNotice{7, 1, {{"one", 1}}}), start);
  for (std::uint64_t other = 100; other < 200; ++other)
    node.state.take(encode_notice(RunNotice{other, 1, {{"one", 1}}}), start + 1s);
  CHECK(node.delay(start + 1s) == std::nullopt);
  node.state.take(encode_notice(RunNotice{7, 1, {{"one", 1}}}), start + 2s);
  CHECK(node.delay(start + 2s) == 100ms);
}

TEST_CASE("a node tells of the pauses that hosts ask for, and takes those of others", "[farm][node]") {
  NodeOfRun node, other;
  net::Host& host = node.hosts->host("https://pokeapi.co");
  host.availability.on_pause(start, start + 60s, false);
  host.absence_reason.write("status 429");
  const auto told = decode_notice<NodeNotice>(node.state.status(start));
  REQUIRE(told);
  REQUIRE(told->pauses.size() == 1);
  CHECK(told->pauses.front().origin == "https://pokeapi.co");
  CHECK(told->pauses.front().length == 60s);
  // A status that does not change is not sent again. A probe after the pause is no pause.
  CHECK(node.state.status(start + 1s) == node.state.status(start));
  CHECK(host.availability.claim_probe(start + 60s, 40s));
  CHECK(decode_notice<NodeNotice>(node.state.status(start + 61s))->pauses.empty());

  other.state.take(encode_notice(RunNotice{7, 1, {}, told->pauses}), start + 1s);
  const auto paused = other.hosts->absences(start + 1s);
  REQUIRE(paused.size() == 1);
  CHECK(paused.front().reason == "status 429");
  CHECK(paused.front().status.next_probe == start + 61s);
}

TEST_CASE("a pause that is known is not prolonged by those who tell of it again", "[farm][node]") {
  NodeOfRun node;
  HostPauses::add(pause_of(60s), *node.hosts, start);
  HostPauses::add(pause_of(60s, 10s), *node.hosts, start + 12s);
  CHECK(node.hosts->absences(start + 12s).front().status.next_probe == start + 60s);
  HostPauses::add(pause_of(90s), *node.hosts, start + 12s);
  CHECK(node.hosts->absences(start + 12s).front().status.next_probe == start + 102s);
  NodeOfRun ended;
  HostPauses::add(pause_of(60s, 60s), *ended.hosts, start);
  HostPauses::add(pause_of(-5s), *ended.hosts, start);
  CHECK(ended.hosts->absences(start).empty());
}

TEST_CASE("the settings of a run travel, and the node adds its own", "[farm][node]") {
  const NodeContext context{.name = "one",
                            .hosts = std::make_shared<net::HostTable>(net::HostTable::Settings{}),
                            .workers = 3,
                            .concurrency = 9,
                            .certificates = {.ca_file = "/node.pem"}};
  WorkerSettings worker{.http = {.ca_file = "/client.pem", .headers = {"X: y"}, .retries = 2},
                        .sprite_keys = {"front_default", "other.*.front_default"},
                        .path_template = *text::OutputTemplate::parse("a/{sprite}/{name}-{id}.{ext}"),
                        .output = "sprites",
                        .server_times = true,
                        .remembers = true};
  Encoder to;
  encode(to, node_settings(worker, {.rate = net::Rate::polite(5), .max_absence = 9s}));
  const std::string bytes = std::move(to).take();
  Decoder from(bytes);
  const Result<WorkerSettings> there = worker_settings(decode<NodeSettings>(from), 7, context);
  REQUIRE(there);
  CHECK(there->http.ca_file == "/node.pem");
  CHECK(there->http.headers == worker.http.headers);
  CHECK(there->http.retries == 2);
  CHECK(there->http.in_flight == 9);
  CHECK(there->http.hosts->settings().clients == 3);
  CHECK(there->http.hosts->settings().max_absence == 9s);
  CHECK(there->http.hosts->settings().rate.burst == net::Rate::polite(5).burst);
  CHECK(there->http.hosts->settings().run == 7);
  CHECK(there->path_template.text() == "a/{sprite}/{name}-{id}.{ext}");
  CHECK(there->selector.plural());
  CHECK(there->sends_files);
  CHECK(there->output.empty());
}

TEST_CASE("a file from a node is checked before it is written", "[farm][node]") {
  const test::TempDir folder;
  const OutputFiles files(folder.path());
  const auto save = [&files](const std::string& path, const std::string& bytes) {
    FarmResult result;
    result.sprites.push_back({.key = "front_default", .path = path, .file = SpriteFile{bytes}});
    files.save_all(result);
    CHECK_FALSE(result.sprites.front().file);
    return result.sprites.front();
  };
  const SpriteResult good = save("a/b.png", test::MadeUpApi::image);
  CHECK(good.status == SpriteStatus::downloaded);
  CHECK(good.bytes == test::MadeUpApi::image.size());
  CHECK(save("../b.png", test::MadeUpApi::image).reason.find("'..'") != std::string::npos);
  CHECK(save("c.png", "GIF89a").status == SpriteStatus::failed);
  CHECK(test::read_tree(folder.path()) ==
        std::map<std::string, std::string>{{"a/b.png", test::MadeUpApi::image}});
}
