#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"

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
          std::string(300, 'a')};
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
  const auto control = [](unsigned char byte) { return byte < ' ' && byte != '\n'; };
  CHECK(std::none_of(outcome.err.begin(), outcome.err.end(), control));
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

  const Outcome outcome = farm(api, work);
  INFO(outcome.err);
  CHECK((outcome.exit_status == 0 || outcome.exit_status == 1));
  for (const auto& [path, bytes] : read_tree(work.path())) {
    CAPTURE(path);
    CHECK(path.rfind("out/sprites/", 0) == 0);
    CHECK(bytes == MadeUpApi::image);
  }
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
