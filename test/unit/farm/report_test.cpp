#include "farm/report.hpp"

#include "support/catch.hpp"

#include <simdjson.h>

using namespace spritefarm;
using namespace spritefarm::farm;

namespace {

SpriteResult sprite(const std::string& key, SpriteStatus status) {
  SpriteResult result;
  result.key = key;
  result.status = status;
  return result;
}

FarmResult pikachu() {
  FarmResult result;
  result.name = "pikachu";
  result.id = 25;
  result.count = {7, 4, 2};
  result.sprites = {sprite("front_default", SpriteStatus::downloaded),
                    sprite("back_default", SpriteStatus::failed),
                    sprite("front_female", SpriteStatus::missing)};
  result.sprites[0].bytes = 300;
  result.sprites[1].url = "http://h/25.png";
  result.sprites[1].reason = "the server said \"no\"";
  result.sprites[1].attempts = 5;
  return result;
}

}  // namespace

TEST_CASE("the JSON report has the run's numbers and names what did not end well", "[farm][report]") {
  Report report({.mode = "processes", .workers = 4, .concurrency = 32, .transport = "pipe"});
  report.add(pikachu());
  report.add(RequestCount{1, 0, 1, {{"http://h/1/", "http://h/1"}}});
  report.add(Note{"pikachu", "front_default", "it is yellow"});
  report.set_worker_deaths(2);
  CHECK(report.failed() == 1);

  simdjson::dom::parser parser;
  const simdjson::padded_string text(report.json(1.25));
  const simdjson::dom::element json = parser.parse(text);
  CHECK(std::string(json["mode"].get_c_str()) == "processes");
  CHECK(std::string(json["transport"].get_c_str()) == "pipe");
  const auto number = [&](const char* key) { return json[key].get_int64().value(); };
  CHECK(number("workers") == 4);
  CHECK(number("concurrency") == 32);
  CHECK(number("selected") == 3);
  CHECK(number("downloaded") == 1);
  CHECK(number("unchanged") == 0);
  CHECK(number("missing") == 1);
  CHECK(number("failed") == 1);
  CHECK(number("requests") == 8);
  CHECK(number("retries") == 4);
  CHECK(number("connections") == 3);
  CHECK(number("worker_deaths") == 2);
  CHECK(number("bytes") == 300);
  CHECK(json["seconds"].get_double().value() == 1.25);

  const simdjson::dom::element failure = json["failures"].at(0);
  CHECK(json["failures"].get_array().value().size() == 1);
  CHECK(std::string(failure["name"].get_c_str()) == "pikachu");
  CHECK(std::string(failure["sprite"].get_c_str()) == "back_default");
  CHECK(std::string(failure["url"].get_c_str()) == "http://h/25.png");
  CHECK(std::string(failure["reason"].get_c_str()) == "the server said \"no\"");
  CHECK(failure["attempts"].get_int64().value() == 5);
  CHECK(std::string(json["missing_sprites"].at(0)["name"].get_c_str()) == "pikachu");
  CHECK(std::string(json["missing_sprites"].at(0)["sprite"].get_c_str()) == "front_female");
  CHECK(json["detours"].get_array().value().size() == 1);
  CHECK(std::string(json["detours"].at(0)["url"].get_c_str()) == "http://h/1/");
  CHECK(std::string(json["detours"].at(0)["instead"].get_c_str()) == "http://h/1");
  CHECK(json["notes"].get_array().value().size() == 1);
  CHECK(std::string(json["notes"].at(0)["name"].get_c_str()) == "pikachu");
  CHECK(std::string(json["notes"].at(0)["sprite"].get_c_str()) == "front_default");
  CHECK(std::string(json["notes"].at(0)["note"].get_c_str()) == "it is yellow");
}

TEST_CASE("a dry run's report has what is planned", "[farm][report]") {
  Report report({.mode = "serial", .transport = "none", .dry_run = true});
  FarmResult result = pikachu();
  result.sprites[0].status = SpriteStatus::planned;
  result.sprites[0].path = "pikachu.png";
  report.add(result);
  simdjson::dom::parser parser;
  const simdjson::padded_string text(report.json(0));
  const simdjson::dom::element json = parser.parse(text);
  CHECK(json["planned"].get_int64().value() == 1);
  CHECK(json["downloaded"].get_int64().value() == 0);
  CHECK(std::string(json["planned_sprites"].at(0)["path"].get_c_str()) == "pikachu.png");
}

TEST_CASE("the summary is one line", "[farm][report]") {
  Report report({.mode = "threads", .workers = 2, .concurrency = 1, .transport = "none"});
  report.add(pikachu());
  const std::string summary = cli::TextStyle(false, true).line(report.summary(1.25, "out"));
  CHECK(summary.find("1 sprite in out/: 1 new, 1 missing, 1 failed, 300 B; ") == 0);
  CHECK(summary.find('\n') == std::string::npos);
}
