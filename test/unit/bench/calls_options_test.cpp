#include "bench/calls_options.hpp"

#include "support/catch.hpp"

using namespace spritefarm::bench;
using spritefarm::cli::HelpText;
using List = std::vector<std::string>;

namespace {

CallsOptions options(const List& arguments) {
  auto parsed = parse_calls_options(arguments);
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed);
  return std::get<CallsOptions>(*std::move(parsed));
}

}  // namespace

TEST_CASE("bench calls measures all executors by default", "[bench][options]") {
  const CallsOptions defaults = options({});
  CHECK(defaults.executors ==
        std::vector{ExecutorKind::serial, ExecutorKind::threads, ExecutorKind::pipe, ExecutorKind::shm});
  CHECK(defaults.plan.payloads == std::vector<std::size_t>{0, 64, 4096, 1048576});
  CHECK(defaults.plan.chunks == std::vector{1, 16, 500});
  CHECK(defaults.plan.workers >= 1);
  CHECK(!defaults.json);

  const CallsOptions given = options({"--by", "shm,serial,shm", "-p", "3", "--payload", "7,0", "--chunk=2",
                                      "--calls", "9", "--rounds", "2", "--json"});
  CHECK(given.executors == std::vector{ExecutorKind::shm, ExecutorKind::serial});
  CHECK(given.plan.workers == 3);
  CHECK(given.plan.payloads == std::vector<std::size_t>{7, 0});
  CHECK(given.plan.chunks == std::vector{2});
  CHECK(given.plan.calls == 9);
  CHECK(given.rounds == 2);
  CHECK(given.json);
}

TEST_CASE("a plan has fewer calls, and fewer outstanding, for large payloads", "[bench]") {
  const CallPlan plan{.workers = 4, .calls = 50'000};
  CHECK(plan.calls_with(0) == 50'000);
  CHECK(plan.calls_with(1 << 20) == 512);
  CHECK(plan.calls_with(1 << 30) == 16);
  CHECK(plan.outstanding_with(0) == 10'000);
  CHECK(plan.outstanding_with(1 << 20) == 16);
  CHECK(plan.outstanding_with(1 << 30) == 8);
  CHECK(CallPlan{.calls = 1}.round_trips_with(0) == 1);
}

TEST_CASE("bench calls refuses invalid options with a message of one line", "[bench][options]") {
  const List arguments =
      GENERATE(List{"--no-such"}, List{"--by", "pigeon"}, List{"--by", ""}, List{"-p", "0"}, List{"-p", "x"},
               List{"-p", "1,2"}, List{"--payload", "-1"}, List{"--payload", "x"}, List{"--payload", ""},
               List{"--payload", "2000000000"}, List{"--chunk", "0"}, List{"--calls", "0"},
               List{"--rounds", "0"}, List{"--calls", "1", "--calls", "2"}, List{"surplus"});
  std::string joined;
  for (const std::string& argument : arguments) joined += argument + " ";
  CAPTURE(joined);
  const auto parsed = parse_calls_options(arguments);
  REQUIRE(!parsed);
  CHECK(!parsed.error().message.empty());
  CHECK(parsed.error().message.find('\n') == std::string::npos);
}

TEST_CASE("the help of bench calls names every option", "[bench][options]") {
  const auto help = parse_calls_options({"--help"});
  REQUIRE(help);
  const std::string text = std::get<HelpText>(*help).text;
  for (const char* option :
       {"--by", "--processes", "--payload", "--chunk", "--calls", "--rounds", "--json", "--help"}) {
    CAPTURE(option);
    CHECK(text.find(option) != std::string::npos);
  }
}
