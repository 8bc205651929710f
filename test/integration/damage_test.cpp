#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"

using namespace spritefarm::test;

namespace {

Outcome farm(std::vector<std::string> arguments, const TempDir& work) {
  arguments.insert(arguments.end(), {"-p", "2", "--json", "-o", work / "sprites"});
  return run(program(arguments));
}

}  // namespace

TEST_CASE("a file that exists is replaced only by a whole, valid image", "[damage]") {
  const TempDir work;
  MadeUpApi api;
  const std::string& image = MadeUpApi::image;
  const std::map<std::string, std::string> served = {
      {"whole", image},
      {"cut", image.substr(0, image.size() - 5)},
      {"html", "<!DOCTYPE html><html><body>Sorry</body></html>"},
      {"nothing", ""},
      {"flipped", std::string(image).replace(45, 1, "?")}};
  std::vector<std::pair<int, std::string>> listed;
  for (const auto& [name, bytes] : served) {
    const int id = int(listed.size()) + 1;
    listed.emplace_back(id, name);
    api.record(id, name);
    api.document("images/" + std::to_string(id) + "-0.png", bytes);
    write_file(work / ("sprites/" + name + ".png"), "what was there");
  }
  api.index(listed);

  const Outcome outcome = farm(api.serve(), work);
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  for (const auto& [name, bytes] : read_tree(work / "sprites")) {
    CAPTURE(name);
    CHECK(bytes == (name == "whole.png" ? image : "what was there"));
  }
  const RunReport report(outcome.out);
  CHECK(report.count.at("downloaded") == 1);
  CHECK(report.failures.size() == 4);
  for (const RunReport::Failure& failure : report.failures) {
    CAPTURE(failure.name, failure.reason);
    CHECK(served.count(failure.name) == 1);
    CHECK(failure.sprite == "front_default");
    CHECK(failure.url.rfind("https://raw.githubusercontent.com/images/", 0) == 0);
    CHECK_FALSE(failure.reason.empty());
    CHECK(failure.attempts == 1);
    CHECK(outcome.err.find(failure.name) != std::string::npos);
  }
}

TEST_CASE("records that are damaged fail alone", "[damage]") {
  const TempDir work;
  MadeUpApi api;
  std::vector<std::pair<int, std::string>> listed = {{1, "good"}};
  api.record(1, "good");
  for (const char* record :
       {"", "{", "[]", "{\"id\": 3, \"name\": \"x\"}", "{\"id\": 4, \"name\": \"x\", \"sprites\": 7}",
        "<html></html>", "{\"id\": 4, \"name\": \"x\", \"sprites\": {\"front_default\": 7}}"}) {
    const int id = int(listed.size()) + 1;
    listed.emplace_back(id, "bad" + std::to_string(id));
    api.document("api/v2/pokemon/" + std::to_string(id) + "/index.json", record);
  }
  listed.emplace_back(99, "absent");
  api.index(listed);

  const Outcome outcome = farm(api.serve(), work);
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  const RunReport report(outcome.out);
  CHECK(report.count.at("downloaded") == 1);
  CHECK(report.count.at("failed") == listed.size() - 1);
  CHECK(read_tree(work / "sprites") == std::map<std::string, std::string>{{"good.png", MadeUpApi::image}});
}

TEST_CASE("a mirror that damages one in three answers costs retries, never a broken file", "[damage]") {
  const TempDir work;
  const MirrorServer sound({"--count", "60"});
  const MirrorServer faulty({"--count", "60", "--seed", "7", "--fault",
                             "404:0.03,500:0.05,503:0.05,truncate:0.05,reset:0.05,garbage:0.05,html:0.05"});
  const Outcome outcome = farm({"--base-url", faulty.base_url(), "-n", "60", "--retries", "8"}, work);
  INFO(outcome.err);
  const RunReport report(outcome.out);
  const auto files = read_tree(work / "sprites");
  CHECK(report.count.at("retries") > 0);
  CHECK(files.size() == report.count.at("downloaded"));
  CHECK(report.count.at("downloaded") + report.count.at("failed") == 60);
  CHECK(outcome.exit_status == (report.count.at("failed") ? 1 : 0));

  const TempDir expected;
  REQUIRE(farm({"--base-url", sound.base_url(), "-n", "60"}, expected).exit_status == 0);
  const auto originals = read_tree(expected / "sprites");
  for (const auto& [name, bytes] : files) {
    CAPTURE(name);
    CHECK(originals.at(name) == bytes);
  }
}

TEST_CASE("a full disk fails sprites, names the reason and leaves no partial file", "[damage]") {
  // A file system of its own, tiny; where this machine does not let us mount one, there is nothing to see.
  const TempDir work;
  const std::string small = work / "small";
  std::filesystem::create_directory(small);
  const std::string mount = "mount -t tmpfs -o size=16k none " + small + " && ";
  if (run({{"unshare", "-rm", "sh", "-c", mount + "true"}}).exit_status != 0) return;

  const MirrorServer mirror;
  Command command = program({});
  command.arguments = {"unshare",
                       "-rm",
                       "sh",
                       "-c",
                       mount + "\"$0\" -p 2 -n 100 --base-url \"$1\" -o " + small +
                           "/sprites; echo $? >&2; find " + small + " -type f -exec wc -c {} +",
                       program_path(),
                       mirror.base_url()};
  const Outcome outcome = run(command);
  INFO(outcome.out + outcome.err);
  CHECK(outcome.err.find("No space left on device") != std::string::npos);
  CHECK((outcome.err.find("\n1\n") != std::string::npos || outcome.err.find("\n4\n") != std::string::npos));
  CHECK(outcome.out.find(".png") != std::string::npos);
  for (const char* partial : {".tmp", " 0 /"}) CHECK(outcome.out.find(partial) == std::string::npos);
}
