#include "bench/bench_options.hpp"

#include "support/catch.hpp"

#include <array>
#include <sstream>

using namespace spritefarm::bench;
using spritefarm::cli::HelpText;
using spritefarm::cli::Mode;
using namespace std::chrono_literals;
using List = std::vector<std::string>;

namespace {

auto parse(const List& arguments, const char* base_url = nullptr) {
  std::istringstream no_names;
  return parse_bench_options(arguments, {base_url, &no_names});
}

BenchOptions options(const List& arguments, const char* base_url = nullptr) {
  auto parsed = parse(arguments, base_url);
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed);
  return std::get<BenchOptions>(*std::move(parsed));
}

}  // namespace

TEST_CASE("bench compares serial, threads and processes with the same number in flight", "[bench][options]") {
  const BenchOptions given = options(
      {"--demo",    "-p", "1,2,4",    "-t", "4",      "--in-flight", "32",   "-n",        "7", "--cpu", "3",
       "--latency", "5",  "--rounds", "2",  "--json", "--transport", "pipe", "--retries", "1"});
  REQUIRE(given.configurations.size() == 5);
  const std::vector<std::array<int, 2>> expected{{1, 1}, {4, 8}, {1, 32}, {2, 16}, {4, 8}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(given.configurations[i].mode == (i == 0 ? Mode::serial : i == 1 ? Mode::threads : Mode::processes));
    CHECK(given.configurations[i].workers == expected[i][0]);
    CHECK(given.configurations[i].concurrency == expected[i][1]);
  }
  CHECK(given.farm.index.limit == 7u);
  CHECK(given.farm.compute == 3ms);
  CHECK(given.farm.http.retries == 1);
  CHECK(given.farm.transport == spritefarm::Transport::pipe);
  CHECK(given.latency == 5ms);
  CHECK(given.rounds == 2);
  CHECK(given.json);
}

TEST_CASE("all workers can share the default number in flight equally", "[bench][options]") {
  CHECK(options({"--demo", "-p", "4", "-t", "2"}).in_flight == 64);
  CHECK(options({"--demo", "-p", "3,4", "-t", "1"}).in_flight == 72);
  CHECK(options({"--demo", "-p", "100", "-t", "1"}).in_flight == 100);
}

TEST_CASE("bench refuses the public PokéAPI", "[bench][options]") {
  CHECK(!parse({}));
  CHECK(!parse({}, ""));
  CHECK(parse({"--base-url", "http://h/"}));
  CHECK(parse({}, "http://h/"));
  CHECK(parse({"--connect-to", "pokeapi.co:443:127.0.0.1:8443"}));
}

TEST_CASE("bench refuses invalid options with a message of one line", "[bench][options]") {
  List arguments =
      GENERATE(List{"--no-such"}, List{"-p", "0"}, List{"-p", "1,x"}, List{"-p", "1,-2"}, List{"-p", ""},
               List{"-t", "0"}, List{"-t", "513"}, List{"--in-flight", "0"},
               List{"-p", "3", "--in-flight", "64"}, List{"-p", "1", "-t", "1", "--in-flight", "1001"},
               List{"-p", "511,509", "-t", "503"}, List{"--rounds", "0"}, List{"--rounds", "x"},
               List{"--cpu", "-1"}, List{"--latency", "-1"}, List{"--transport", "pigeon"}, List{"-n", "0"},
               List{"--sprite", ""}, List{"--shard", "2/1"}, List{"--base-url", "http://h/"}, List{"-s"},
               List{"-o", "somewhere"}, List{"../x"}, List{"pikachu", "--all"});
  std::string joined;
  for (const std::string& argument : arguments) joined += argument + " ";
  CAPTURE(joined);
  arguments.insert(arguments.begin(), "--demo");
  const auto parsed = parse(arguments);
  REQUIRE(!parsed);
  CHECK(!parsed.error().message.empty());
  CHECK(parsed.error().message.find('\n') == std::string::npos);
}

TEST_CASE("--latency needs --demo", "[bench][options]") {
  CHECK(!parse({"--base-url", "http://h/", "--latency", "5"}));
}

TEST_CASE("the help of bench names every option", "[bench][options]") {
  const auto help = parse({"--help"});
  REQUIRE(help);
  const std::string text = std::get<HelpText>(*help).text;
  for (const char* option :
       {"--processes", "--threads",  "--in-flight",  "--transport", "--cpu",   "--rounds",
        "--limit",     "--offset",   "--all",        "--sprite",    "--shard", "--demo",
        "--latency",   "--base-url", "--connect-to", "--cacert",    "--proxy", "--retries",
        "--timeout",   "--json",     "--help",       "POKEMON",     "130"}) {
    CAPTURE(option);
    CHECK(text.find(option) != std::string::npos);
  }
}
