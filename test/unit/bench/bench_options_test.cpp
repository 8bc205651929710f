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
  REQUIRE(given.acts.size() == 1);
  CHECK(given.acts[0].compute == 3ms);
  CHECK(given.acts[0].latency == 5ms);
  CHECK(given.farm.http.retries == 1);
  CHECK(given.farm.transport == spritefarm::Transport::pipe);
  CHECK(given.python.empty());
  CHECK(given.rounds == 2);
  CHECK(given.json);
}

TEST_CASE("bench asks the lesson's question by default", "[bench][options]") {
  const BenchOptions given = options({"--demo", "--python", "none"});
  REQUIRE(given.configurations.size() == 11);
  CHECK(given.configurations.front() == Configuration{Mode::serial});
  for (std::size_t i = 0; i < 5; ++i) {
    const int workers = 1 << i;
    CHECK(given.configurations[1 + i] == Configuration{Mode::threads, workers});
    CHECK(given.configurations[6 + i] == Configuration{Mode::processes, workers});
  }
  REQUIRE(given.acts.size() == 2);
  CHECK(given.acts[0].compute == 0ms);
  CHECK(given.acts[0].latency == 30ms);
  CHECK(given.acts[1].compute == 10ms);
  CHECK(given.acts[1].latency == 0ms);
  CHECK(given.in_flight == 0);
  REQUIRE(given.farm.index.limit);
  for (const Configuration& configuration : given.configurations)  // all have the same number of turns
    CHECK(*given.farm.index.limit % static_cast<std::uint32_t>(configuration.workers) == 0);
  CHECK(!options({"--demo", "--all"}).farm.index.limit);
}

TEST_CASE("the numbers of workers of a mode are those of the other, or share --in-flight",
          "[bench][options]") {
  const auto workers = [](const List& arguments) {
    std::vector<int> numbers;
    for (const Configuration& configuration : options(arguments, "http://h/").configurations)
      numbers.push_back(configuration.workers);
    return numbers;
  };
  CHECK(workers({"-p", "3"}) == std::vector{1, 3, 3});
  CHECK(workers({"-t", "2,5"}) == std::vector{1, 2, 5, 2, 5});
  CHECK(workers({"--in-flight", "12"}) == std::vector{1, 1, 2, 4, 1, 2, 4});
}

TEST_CASE("CPython's pools stand beside ours with --demo, if the interpreter is there", "[bench][options]") {
  const BenchOptions given = options({"--demo", "-p", "2", "--python", "/bin/sh"});
  CHECK(given.python == "/bin/sh");
  REQUIRE(given.configurations.size() == 5);
  CHECK(given.configurations[3] == Configuration{Mode::threads, 2, 1, true});
  CHECK(given.configurations[4] == Configuration{Mode::processes, 2, 1, true});
  CHECK(to_string(given.configurations[4]) == "CPython processes × 2");
  CHECK(options({"-p", "2"}, "http://h/").configurations.size() == 3);
  CHECK(!parse({"--demo", "--python", "/no/such/program"}));
  CHECK(!parse({"--demo", "--python", "/bin/sh", "--in-flight", "4"}));
  CHECK(!parse({"--base-url", "http://h/", "--python", "/bin/sh"}));
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
               List{"--rounds", "0"}, List{"--rounds", "x"}, List{"--cpu", "-1"}, List{"--cpu", "x"},
               List{"--export-csv", ""}, List{"--latency", "-1"}, List{"--transport", "pigeon"},
               List{"-n", "0"}, List{"--sprite", ""}, List{"--shard", "2/1"}, List{"--base-url", "http://h/"},
               List{"-s"}, List{"-o", "somewhere"}, List{"../x"}, List{"pikachu", "--all"});
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
  for (const char* option : {"--processes",  "--threads",    "--in-flight", "--transport",
                             "--cpu",        "--rounds",     "--python",    "--export-markdown",
                             "--export-csv", "--limit",      "--offset",    "--all",
                             "--sprite",     "--shard",      "--demo",      "--latency",
                             "--base-url",   "--connect-to", "--cacert",    "--proxy",
                             "--retries",    "--timeout",    "--json",      "--help",
                             "POKEMON",      "128+N"}) {
    CAPTURE(option);
    CHECK(text.find(option) != std::string::npos);
  }
  CHECK(text.find("take N pokémon of the index [64]") != std::string::npos);
}
