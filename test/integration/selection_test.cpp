#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <iterator>
#include <set>

using namespace spritefarm::test;

namespace {

using Names = std::set<std::string>;

/// Runs that share a mirror; each starts with an empty output directory.
struct Farm {
  MirrorServer mirror;
  TempDir work;
  Outcome outcome;

  explicit Farm(std::vector<std::string> mirror_options = {}) : mirror(std::move(mirror_options)) {}

  /// Starts a run and returns the names of its files.
  Names operator()(std::vector<std::string> arguments, const std::string& input = {}) {
    std::filesystem::remove_all(work / "sprites");
    arguments.insert(arguments.end(),
                     {"-p", "2", "--json", "--base-url", mirror.base_url(), "-o", work / "sprites"});
    outcome = run(program(arguments, input));
    Names files;
    for (const auto& [path, bytes] : read_tree(work / "sprites")) files.insert(path);
    return files;
  }
};

}  // namespace

TEST_CASE("pokémon are selected by name or id, each once", "[selection]") {
  Farm farm;
  CHECK(farm({"pikachu", "1", "mew", "25"}) == Names{"bulbasaur.png", "mew.png", "pikachu.png"});
  CHECK(farm.outcome.exit_status == 0);
  CHECK(RunReport(farm.outcome.out).count.at("selected") == 3);
  CHECK(farm({"24-26,mew"}) == Names{"arbok.png", "mew.png", "pikachu.png", "raichu.png"});
  CHECK(farm({"-"}, "pikachu # favourite\n\n151\nditto\n") == Names{"ditto.png", "mew.png", "pikachu.png"});
}

TEST_CASE("a species means its default form, once, and later runs know it", "[selection]") {
  Farm farm;
  const Names forms{"aegislash-shield.png", "deoxys-normal.png", "giratina-altered.png", "meowstic-male.png"};
  const std::vector<std::string> species{"aegislash", "meowstic", "giratina", "deoxys", "aegislash-shield"};
  CHECK(farm(species) == forms);
  INFO(farm.outcome.err);
  CHECK(farm.outcome.exit_status == 0);
  CHECK(RunReport(farm.outcome.out).count.at("selected") == 4);

  const TempDir work;
  const std::vector<std::string> arguments{"aegislash",  "-p",
                                           "2",          "--json",
                                           "--base-url", farm.mirror.base_url(),
                                           "-o",         (work / "sprites").string()};
  CHECK(run(program(arguments)).exit_status == 0);
  const RunReport second(run(program(arguments)).out);
  CHECK(second.count.at("unchanged") == 1);
  CHECK(second.count.at("requests") == 0);
}

TEST_CASE("--type and --generation select their pokémon, together those of both", "[selection]") {
  Farm farm;
  const Names generation = farm({"--generation", "1"});
  CHECK(generation.size() == 151);
  CHECK(generation.contains("mew.png"));
  const Names fire = farm({"--type", "fire"});
  CHECK(farm.outcome.exit_status == 0);
  CHECK(fire.size() > 20);
  Names expected;
  std::set_intersection(fire.begin(), fire.end(), generation.begin(), generation.end(),
                        std::inserter(expected, expected.end()));
  CHECK(farm({"--type", "fire", "--generation", "1"}) == expected);
  CHECK(farm({"--type", "fire,water", "--generation=1"}).size() > expected.size());
  CHECK(farm({"--generation", "3", "--shard", "135/135"}) == Names{"deoxys-normal.png"});
  CHECK(farm({"--type", "fier"}).empty());
  CHECK(farm.outcome.exit_status == 3);
  CHECK(farm.outcome.err.find("type/fier/") != std::string::npos);
}

TEST_CASE("an unknown pokémon gets a suggestion from the index of an earlier run", "[selection]") {
  Farm farm;
  const TempDir work;
  const auto farm_again = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"-p", "2", "--base-url", farm.mirror.base_url(), "-o", work / "sprites"});
    return run(program(arguments));
  };
  CHECK(farm_again({"pikachuu"}).err.find("did you mean") == std::string::npos);
  CHECK(farm_again({"-n", "30"}).exit_status == 0);
  const Outcome outcome = farm_again({"pikchau", "mew"});
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.err.find("did you mean pikachu?") != std::string::npos);
}

TEST_CASE("an unknown pokémon fails by name, and the others are downloaded", "[selection]") {
  Farm farm;
  CHECK(farm({"--retries", "0", "pikachu", "missingno"}) == Names{"pikachu.png"});
  CHECK(farm.outcome.exit_status == 1);
  CHECK(farm.outcome.err.find("missingno") != std::string::npos);
  const RunReport report(farm.outcome.out);
  REQUIRE(report.failures.size() == 1);
  CHECK(report.failures[0].name == "missingno");
}

TEST_CASE("-n, --offset and --all select from the index", "[selection]") {
  Farm farm({"--count", "130"});
  CHECK(farm({"-n", "3"}) == Names{"bulbasaur.png", "ivysaur.png", "venusaur.png"});
  CHECK(farm({"-n", "2", "--offset", "23"}) == Names{"arbok.png", "pikachu.png"});
  CHECK(farm({}).size() == 100);
  CHECK(farm({"--all"}).size() == 130);
  CHECK(farm({"-n", "50", "--offset", "120"}).size() == 10);
  CHECK(farm({"-n", "5", "--offset", "1000"}).empty());
}

TEST_CASE("the shards of a selection are disjoint and make the whole", "[selection]") {
  Farm farm;
  Names together;
  std::size_t sum = 0;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    const Names part = farm({"-n", "10", "--shard", shard});
    CHECK(farm.outcome.exit_status == 0);
    CHECK((part.size() == 3 || part.size() == 4));
    sum += part.size();
    together.insert(part.begin(), part.end());
  }
  CHECK(sum == 10);
  CHECK(together == farm({"-n", "10"}));
}

TEST_CASE("sprites are selected by key, and a null key is missing, which is no failure", "[selection]") {
  Farm farm;
  CHECK(farm({"--sprite", "front_default,back_default", "pikachu"}) ==
        Names{"back_default/pikachu.png", "front_default/pikachu.png"});
  CHECK(farm({"--sprite", "other.*.front_default", "pikachu"}).size() > 1);
  CHECK(farm({"--sprite", "other.official-artwork.front_default", "pikachu"}) == Names{"pikachu.png"});

  CHECK(farm({"--sprite", "front_default", "10264"}).empty());
  CHECK(farm.outcome.exit_status == 0);
  const RunReport report(farm.outcome.out);
  CHECK(report.count.at("missing") == 1);
  REQUIRE(report.missing_sprites.size() == 1);
  CHECK(report.missing_sprites[0].sprite == "front_default");

  CHECK(farm({"--sprite", "sideways_default", "pikachu"}).empty());
  CHECK(farm.outcome.exit_status == 1);
  CHECK(farm.outcome.err.find("sideways_default") != std::string::npos);
}

TEST_CASE("--dry-run prints the URLs it would download and writes nothing", "[selection]") {
  Farm farm;
  const Outcome outcome = run(program({"--dry-run", "-p", "2", "pikachu", "mew", "--base-url",
                                       farm.mirror.base_url(), "-o", farm.work / "sprites"}));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  CHECK(outcome.out.find("/pokemon/25.png") != std::string::npos);
  CHECK(outcome.out.find("/pokemon/151.png") != std::string::npos);
  CHECK(read_tree(farm.work.path()).empty());
}

TEST_CASE("--template sets the paths of the files", "[selection]") {
  Farm farm;
  CHECK(farm({"--template", "by-id/{id}-{name}.{ext}", "pikachu"}) == Names{"by-id/25-pikachu.png"});
}

TEST_CASE("the index is read page by page, for any size of pages", "[selection]") {
  const TempDir work;
  MadeUpApi api;
  for (int id = 1; id <= 6; ++id) api.record(id, "number" + std::to_string(id));
  api.index({{1, "number1"}, {2, "number2"}}, "\"https://pokeapi.co/second/\"");
  api.index({{3, "number3"}, {4, "number4"}}, "\"https://pokeapi.co/third/\"", "second");
  api.index({{5, "number5"}, {6, "number6"}}, "null", "third");
  std::vector<std::string> arguments = api.serve();
  arguments.insert(arguments.end(), {"-p", "2", "-o", work / "sprites"});

  SECTION("up to the limit") {
    arguments.insert(arguments.end(), {"-n", "3"});
    CHECK(run(program(arguments)).exit_status == 0);
    CHECK(read_tree(work / "sprites").size() == 3);
  }
  SECTION("to the end") {
    arguments.push_back("--all");
    CHECK(run(program(arguments)).exit_status == 0);
    CHECK(read_tree(work / "sprites").size() == 6);
  }
}

TEST_CASE("a run ends although the pages of the index form a cycle", "[selection]") {
  const TempDir work;
  MadeUpApi api;
  api.record(1, "one");
  api.index({{1, "one"}}, "\"https://pokeapi.co/again/\"");
  api.index({{1, "one"}}, "\"https://pokeapi.co/api/v2/pokemon/\"", "again");
  std::vector<std::string> arguments = api.serve();
  arguments.insert(arguments.end(), {"--all", "-p", "2", "-o", work / "sprites"});
  const Outcome outcome = run(program(arguments));
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(read_tree(work / "sprites").size() <= 1);
}
