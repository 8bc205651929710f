#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "system/sandbox.hpp"
#include "text/utf8.hpp"

#include <algorithm>

using namespace spritefarm::test;

namespace {

/// In JSON's escapes. The absolute path is in the test's directory.
std::vector<std::string> hostile_names(const TempDir& work) {
  return {"../escaped",
          "../../escaped",
          (work / "absolute").string(),
          "",
          ".",
          "..",
          "below/../../escaped",
          "a/b",
          "new\\nline",
          "\\u0007bell",
          "nul\\u0000byte",
          "--checkpoint-action=exec=sh evil.gif",
          "-rf",
          "\\u009b31mred",
          "pikachu\\u202egnp.exe",
          "two\\u2028lines",
          std::string(300, 'a')};
}

/// Whether no character of a server's acts on a terminal or changes how a line looks. The program's own text
/// has none of them.
bool is_plain(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  return !spritefarm::text::is_deceptive(text);
}

/// The output directory is two levels below `work`, so that the test sees files outside of it.
Outcome farm(MadeUpApi& api, const TempDir& work, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = api.serve();
  arguments.insert(arguments.end(), {"-p", "2", "--json", "-o", work / "out/sprites"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(program(arguments));
}

}  // namespace

TEST_CASE("a hostile name in the index fails, and writes nothing outside of the output directory",
          "[hostile]") {
  const TempDir work;
  MadeUpApi api;
  std::vector<std::pair<int, std::string>> listed = {{1, "good"}};
  for (const std::string& name : hostile_names(work)) listed.emplace_back(int(listed.size()) + 1, name);
  for (const auto& [id, name] : listed) api.record(id, name);
  api.index(listed);

  const Outcome outcome = farm(api, work);
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  const RunReport report(outcome.out);
  CHECK(report.count.at("downloaded") == 1);
  CHECK(report.count.at("failed") == listed.size() - 1);
  CHECK(read_tree(work.path()) ==
        std::map<std::string, std::string>{{"out/sprites/good.png", MadeUpApi::image}});
  CHECK(is_plain(outcome.err));
  CHECK(is_plain(outcome.out));
}

TEST_CASE("a hostile name in a record writes nothing outside of the output directory", "[hostile]") {
  const TempDir work;
  MadeUpApi api;
  std::vector<std::pair<int, std::string>> listed;
  for (const std::string& name : hostile_names(work)) {
    const int id = int(listed.size()) + 1;
    api.record(id, name);
    listed.emplace_back(id, "listed" + std::to_string(id));
  }
  api.index(listed);

  const Outcome planned = farm(api, work, {"--dry-run"});
  CHECK(is_plain(planned.out));
  CHECK(is_plain(planned.err));
  const std::string trace = work / "trace.json";
  const Outcome outcome = farm(api, work, {"--trace", trace, "--gallery"});
  INFO(outcome.err);
  CHECK(is_plain(read_file(trace)));
  CHECK(is_plain(read_file(work / "out/sprites/index.html")));
  std::filesystem::remove(trace);
  std::filesystem::remove(work / "out/sprites/index.html");
  CHECK((outcome.exit_status == 0 || outcome.exit_status == 1));
  for (const auto& [path, bytes] : read_tree(work.path())) {
    CAPTURE(path);
    CHECK(path.rfind("out/sprites/", 0) == 0);
    CHECK(bytes == MadeUpApi::image);
  }
}

TEST_CASE("a document that came by https leads to no http address", "[hostile]") {
  const TempDir work;
  MadeUpApi api;
  api.document("api/v2/pokemon/1/index.json",
               R"({"id": 1, "name": "good", "sprites": {"front_default": "http://127.0.0.1/1.png"}})");
  api.index({{1, "good"}});
  const Outcome image = farm(api, work);
  CHECK(image.exit_status == 1);
  CHECK(image.err.find("the record says 'http://127.0.0.1/1.png', which is no https URL") !=
        std::string::npos);

  api.index({{1, "good"}}, "\"http://127.0.0.1/next\"");
  const Outcome index = farm(api, work, {"--all", "--refresh"});
  CHECK(index.exit_status == 3);
  CHECK(index.err.find("its `next` is no https URL") != std::string::npos);
}

TEST_CASE("a port that the sandbox refuses is named", "[hostile]") {
  if (spritefarm::system::sandbox_support().landlock_version < 4) return;
  const TempDir work;
  MadeUpApi api;
  api.document("api/v2/pokemon/1/index.json",
               R"({"id": 1, "name": "good", "sprites": {"front_default": "https://127.0.0.1:1/1.png"}})");
  api.index({{1, "good"}});
  const Outcome confined = farm(api, work);
  CHECK(confined.err.find("use --sandbox off") != std::string::npos);
  const Outcome free = farm(api, work, {"--sandbox", "off"});
  CHECK(free.err.find("refused") != std::string::npos);
}

TEST_CASE("a hostile sprite key writes nothing outside of the output directory", "[hostile]") {
  const TempDir work;
  MadeUpApi api;
  api.record(1, "good", {"front_default", "../../escaped", "/absolute", "", "new\\nline"});
  api.index({{1, "good"}});

  const Outcome outcome = farm(api, work, {"--sprite", "all"});
  INFO(outcome.err);
  const auto tree = read_tree(work.path());
  CHECK(tree.count("out/sprites/front_default/good.png") == 1);
  for (const auto& [path, bytes] : tree) {
    CAPTURE(path);
    CHECK(path.rfind("out/sprites/", 0) == 0);
  }
  CHECK_FALSE(std::filesystem::exists("/absolute"));
}
