#include "mirror/mirror.hpp"

#include "image/image.hpp"
#include "mirror/entity_tag.hpp"
#include "mirror/mirror_process.hpp"
#include "mirror_client.hpp"
#include "pokeapi/etag.hpp"
#include "pokeapi/record.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::mirror;

namespace {

std::string host_of(const std::string& base_url) {
  return base_url.substr(0, base_url.find("/api/"));
}

constexpr const char* first_image = "/PokeAPI/sprites/master/sprites/pokemon/1.png";

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

TEST_CASE("the mirror serves records and images like the PokéAPI", "[mirror]") {
  const Mirror mirror({});
  const MirrorReply plain = ask(mirror.base_url() + "pokemon/pikachu/");
  CHECK(plain.status == 200);
  CHECK(plain.headers.at("content-type") == "application/json; charset=utf-8");
  CHECK(plain.headers.at("cache-control") == "public, max-age=86400, s-maxage=86400");
  CHECK(plain.headers.count("x-pokeapi-hash") == 1);
  CHECK(plain.headers.count("content-encoding") == 0);
  CHECK(plain.headers.at("etag") == spritefarm::pokeapi::make_etag(plain.body));
  const auto record = pokeapi::parse_record(plain.body, "https://pokeapi.test/api/v2/pokemon/1/");
  REQUIRE(record);
  CHECK(record->id == 25);

  for (const char* path : {"pokemon/25", "pokemon/25/", "pokemon/pikachu"}) {
    const MirrorReply compressed = ask(mirror.base_url() + path, {.compressed = true});
    CHECK(compressed.headers.at("content-encoding") == "gzip");
    CHECK(std::stoul(compressed.headers.at("content-length")) < plain.body.size() / 10);
    CHECK(compressed.body == plain.body);
    CHECK(compressed.headers.at("etag") == plain.headers.at("etag"));
  }
  const MirrorReply again =
      ask(mirror.base_url() + "pokemon/25", {.headers = {"If-None-Match: " + plain.headers.at("etag")}});
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(ask(mirror.base_url() + "pokemon/25", {.headers = {"If-None-Match: \"other\""}}).status == 200);

  const std::string front = record->sprites.at(4).url;
  CHECK(front.rfind(host_of(mirror.base_url()) + '/', 0) == 0);
  const MirrorReply image = ask(front);
  CHECK(image.status == 200);
  CHECK(image.headers.at("content-type") == "image/png");
  CHECK(image.headers.at("cache-control") == "max-age=300");
  CHECK(image::check_image(image.body));
  CHECK(ask(front, {.headers = {"If-None-Match: " + image.headers.at("etag")}}).status == 304);
}

TEST_CASE("URLs have the Host of the request as their prefix, and unknown resources are 404", "[mirror]") {
  const Mirror mirror({.count = 3});
  const MirrorReply page =
      ask(mirror.base_url() + "pokemon?limit=1", {.headers = {"Host: pokeapi.test:8080"}});
  CHECK(
      page.body ==
      "{\"count\":3,\"next\":\"http://pokeapi.test:8080/api/v2/pokemon?offset=1&limit=1\",\"previous\":null,"
      "\"results\":[{\"name\":\"bulbasaur\",\"url\":\"http://pokeapi.test:8080/api/v2/pokemon/1/\"}]}");
  const MirrorReply hostile = ask(mirror.base_url() + "pokemon?limit=1", {.headers = {"Host: a\"b<c"}});
  CHECK(hostile.body.find("a\"b") == std::string::npos);
  CHECK(ask(mirror.base_url() + "pokemon/?limit=1", {.headers = {"Host: pokeapi.test:8080"}}).body ==
        page.body);
  CHECK(ask(mirror.base_url() + "meta/").status == 200);
  for (const char* path :
       {"pokemon/4", "pokemon/charmander", "pokemon/1/x", "pokemon//1", "berry/1", "pokemon/%2e%2e"}) {
    INFO(path);
    CHECK(ask(mirror.base_url() + path).status == 404);
  }
  CHECK(ask(host_of(mirror.base_url()) + "/PokeAPI/sprites/master/sprites/pokemon/4.png").status == 404);
}

TEST_CASE("many connections are served at once, with and without latency", "[mirror]") {
  const Mirror mirror({.latency = std::chrono::milliseconds(GENERATE(0, 20))});
  std::vector<std::thread> clients;
  std::atomic<int> whole = 0;
  for (int client = 0; client < 16; ++client) {
    clients.emplace_back([&, client] {
      for (int i = 1; i <= 20; ++i) {
        const std::string number = std::to_string(client * 20 + i);
        const MirrorReply reply =
            ask(host_of(mirror.base_url()) + "/PokeAPI/sprites/master/sprites/pokemon/" + number + ".png");
        if (reply.status == 200 && image::check_image(reply.body)) ++whole;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(whole == 320);
}

TEST_CASE("each kind of fault has its effect", "[mirror]") {
  const auto reply = [](Fault fault, long timeout_ms = 20'000) {
    const Mirror mirror({.faults = {{fault, 1}}});
    return ask(host_of(mirror.base_url()) + first_image, {.timeout_ms = timeout_ms});
  };
  CHECK(reply(Fault::not_found).status == 404);
  CHECK(reply(Fault::server_error).status == 500);
  CHECK(reply(Fault::unavailable).status == 503);
  CHECK(reply(Fault::truncate).result == CURLE_PARTIAL_FILE);
  CHECK(reply(Fault::reset).result == CURLE_RECV_ERROR);
  CHECK(reply(Fault::stall, 300).result == CURLE_OPERATION_TIMEDOUT);
  const MirrorReply busy = reply(Fault::too_many_requests);
  CHECK(busy.status == 429);
  CHECK(busy.headers.at("retry-after") == "1");
  const MirrorReply limited = reply(Fault::rate_limit);
  CHECK(limited.status == 403);
  CHECK(limited.headers.at("x-ratelimit-remaining") == "0");
  const MirrorReply garbage = reply(Fault::garbage);
  CHECK(garbage.status == 200);
  CHECK(garbage.headers.at("content-type") == "image/png");
  CHECK_FALSE(image::check_image(garbage.body));
  const MirrorReply html = reply(Fault::html);
  CHECK(html.status == 200);
  CHECK(html.headers.at("content-type") == "text/html; charset=utf-8");
}

TEST_CASE("a mirror can be stopped while a client waits", "[mirror]") {
  auto mirror = std::make_unique<Mirror>(MirrorOptions{.latency = std::chrono::hours(1)});
  MirrorReply reply;
  std::thread client([&, url = mirror->base_url()] { reply = ask(url + "pokemon/1", {.timeout_ms = 500}); });
  client.join();
  CHECK(reply.result == CURLE_OPERATION_TIMEDOUT);
  mirror.reset();
}

TEST_CASE("faults depend on seed, URL and request number, but not on the order", "[mirror]") {
  const std::vector<FaultShare> shares{{Fault::reset, 0.25}, {Fault::html, 0.25}};
  FaultPlan plan(shares, 7), same(shares, 7), other(shares, 8);
  std::map<int, std::vector<std::optional<Fault>>> in_order, reversed, other_seed;
  std::size_t resets = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) {
      in_order[i].push_back(plan.next("/" + std::to_string(i)));
      if (in_order[i].back() == Fault::reset) ++resets;
    }
    for (int i = 999; i >= 0; --i) {
      reversed[i].push_back(same.next("/" + std::to_string(i)));
      other_seed[i].push_back(other.next("/" + std::to_string(i)));
    }
  }
  CHECK(in_order == reversed);
  CHECK(in_order != other_seed);
  CHECK(resets > 650);
  CHECK(resets < 850);
}

TEST_CASE("an invalid list of faults is refused", "[mirror]") {
  const auto parsed =
      parse_faults("404:0.1,429:5%,500:0,503:.01,truncate:.01,stall:.01,reset:.01,garbage:.01,html:.01");
  REQUIRE(parsed);
  CHECK(parsed->size() == 9);
  CHECK((*parsed)[1].fault == Fault::too_many_requests);
  CHECK((*parsed)[1].share == 0.05);
  CHECK(parse_faults("")->empty());
  for (const char* text : {"404", "404:", "404:x", "404:1.5", "404:-1", "404:101%", "418:0.1", ":0.1",
                           "404:.6,500:.6", "404:0.1,,500:0.1", "404:1.2.3", "404:nan", "404:%"}) {
    INFO(text);
    CHECK_FALSE(parse_faults(text));
  }
}

TEST_CASE("a folder is served with rewritten links, and files outside are 404", "[mirror]") {
  const test::TempDir folder;
  const auto root = folder / "root";
  const std::string index =
      R"({"count":2,"next":null,"previous":null,"results":[{"name":"bulbasaur","url":"https://pokeapi.co/api/v2/pokemon/1/"},{"name":"ivysaur","url":"https://pokeapi.co/api/v2/pokemon/2/"}]})";
  write_file(root / "api/v2/pokemon/index.json", index);
  write_file(root / "api/v2/pokemon/1/index.json",
             R"({"a":"https://pokeapi.co/api/v2/x","b":"https://raw.githubusercontent.com/y.png"})");
  write_file(root / "y.png", "not really");
  write_file(folder / "secret.json", "{}");
  std::filesystem::create_symlink(folder / "secret.json", root / "link.json");
  std::filesystem::create_directory_symlink(folder.path(), root / "out");

  const Mirror mirror({.root = root.string()});
  const std::string host = host_of(mirror.base_url());
  for (const char* path : {"pokemon/1", "pokemon/1/", "pokemon/bulbasaur", "pokemon/bulbasaur/"}) {
    CHECK(ask(mirror.base_url() + path).body ==
          "{\"a\":\"" + host + "/api/v2/x\",\"b\":\"" + host + "/y.png\"}");
  }
  CHECK(ask(mirror.base_url() + "pokemon?limit=1&offset=1").body ==
        "{\"count\":2,\"next\":null,\"previous\":\"" + host +
            "/api/v2/pokemon?offset=0&limit=1\",\"results\":[{\"name\":\"ivysaur\",\"url\":\"" + host +
            "/api/v2/pokemon/2/\"}]}");
  CHECK(ask(host + "/y.png").body == "not really");
  write_file(root / "y.png", "changed");
  CHECK(ask(host + "/y.png").body == "changed");
  for (const char* path :
       {"/../secret.json", "/%2e%2e/secret.json", "/api/../../secret.json", "/..%2fsecret.json", "/link.json",
        "/out/secret.json", "/api/v2/pokemon/../../../../secret.json", "/api", "/", "/none.png",
        "/api/v2/pokemon/2"}) {
    INFO(path);
    CHECK(ask(host + path).status == 404);
  }
}

TEST_CASE("the constructors throw if the port or the folder cannot be used", "[mirror]") {
  const MirrorProcess mirror({});  // ThreadSanitizer ends the child of a process with the threads of a Mirror
  const std::string url = mirror.base_url();
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  CHECK_THROWS_AS(Mirror({.port = port}), std::system_error);
  CHECK_THROWS_AS(Mirror({.root = "/nonexistent"}), std::runtime_error);
  const test::TempDir empty;
  CHECK_THROWS_AS(Mirror({.root = empty.path().string()}), std::runtime_error);
  try {
    const MirrorProcess second({.port = port});
    FAIL("two processes have one port");
  } catch (const std::runtime_error& error) {
    CHECK(std::string_view(error.what()).find("Address already in use") != std::string_view::npos);
  }
}

TEST_CASE("a mirror process ends with its owner", "[mirror]") {
  std::string url;
  {
    const MirrorProcess mirror({.count = 5});
    url = mirror.base_url();
    CHECK(ask(url + "pokemon/5").status == 200);
  }
  CHECK(ask(url + "pokemon/5").result == CURLE_COULDNT_CONNECT);
}

TEST_CASE("a mirror process ends when its owner is killed", "[mirror]") {
  system::ChildProcess owner([](system::ParentLine& line) {
    const MirrorProcess mirror({});
    line.send(mirror.base_url());
    line.wait_for_end();
    return 0;
  });
  const auto url = owner.receive();
  REQUIRE(url);
  CHECK(ask(*url + "pokemon/1").status == 200);
  ::alarm(60);  // ends this program if the mirror does not end
  REQUIRE(::kill(owner.pid(), SIGKILL) == 0);
  // The mirror has inherited the socket, which closes when both processes have ended.
  CHECK_FALSE(owner.receive());
  ::alarm(0);
}
