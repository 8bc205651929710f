#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <simdjson.h>

using namespace spritefarm::test;

namespace {

std::size_t sprites_in(simdjson::dom::element tree) {
  std::size_t count = 0;
  if (tree.is_string()) return 1;
  simdjson::dom::object object;
  if (tree.get_object().get(object) == simdjson::SUCCESS) {
    for (const auto& field : object) count += sprites_in(field.value);
  }
  return count;
}

/// The number of sprites of a record of the mirror.
std::size_t sprites_of(const MirrorServer& mirror, const std::string& name) {
  simdjson::dom::parser parser;
  return sprites_in(parser.parse(http_get(mirror.base_url() + "pokemon/" + name))["sprites"]);
}

}  // namespace

TEST_CASE("processes, threads and serial write the same files", "[modes]") {
  const MirrorServer mirror;
  const std::vector<std::string> names = {"bulbasaur", "pikachu", "mew", "deoxys-normal", "ditto"};
  std::size_t all = 0;
  for (const std::string& name : names) all += sprites_of(mirror, name);
  REQUIRE(all > 100);

  const TempDir work;
  std::map<std::string, std::string> first;
  for (const std::vector<std::string>& mode :
       {std::vector<std::string>{"-p", "4"}, {"-p", "2", "-c", "1"}, {"-t", "4"}, {"-s"}}) {
    CAPTURE(mode);
    std::vector<std::string> arguments = mode;
    arguments.insert(arguments.end(), names.begin(), names.end());
    const std::string folder = work / (mode.front() + std::to_string(mode.size()));
    arguments.insert(arguments.end(), {"--sprite", "all", "--json", "--rate", "0", "--base-url",
                                       mirror.base_url(), "-o", folder});
    const Outcome outcome = run(program(arguments));
    INFO(outcome.err);
    CHECK(outcome.exit_status == 0);
    const RunReport report(outcome.out);
    CHECK(report.count.at("selected") == all);
    CHECK(report.count.at("downloaded") == all);
    const auto tree = read_tree(folder);
    CHECK(tree.size() == all);
    CHECK(tree.count("front_default/pikachu.png") == 1);
    if (first.empty()) first = tree;
    CHECK(tree == first);
  }
}
