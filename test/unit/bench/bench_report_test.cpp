#include "bench/bench_report.hpp"

#include "support/catch.hpp"
#include "system/terminal.hpp"

#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <sstream>

using namespace spritefarm;
using namespace spritefarm::bench;

namespace {

ConfigurationRuns configuration(cli::Mode mode, int workers, const std::vector<double>& seconds) {
  ConfigurationRuns runs{{mode, workers}, 5 << 20, {}};
  for (const double run_seconds : seconds) {
    Measured<RunMetrics> run;
    run.metrics.downloaded = 60;
    run.metrics.seconds = run_seconds;
    run.metrics.sprite_ms = {1, 2, 3, 4, 5, 6, 7, 8};
    run.metrics.spans = {{1, 1, 1000 * run_seconds, "mew </script> front_default"}};
    runs.rounds.push_back(run);
  }
  return runs;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the chart has a bar for each configuration, proportional to its sprites per second", "[bench]") {
  const std::string chart =
      bench_chart({configuration(cli::Mode::serial, 1, {6}), configuration(cli::Mode::threads, 4, {3}),
                   configuration(cli::Mode::processes, 12, {0.5})});
  const std::size_t serial = chart.find("   serial × 1"), threads = chart.find("  threads × 4"),
                    processes = chart.find("processes × 12");
  REQUIRE(processes != chart.npos);
  REQUIRE(serial < threads);
  REQUIRE(threads < processes);
  const auto bar = [&](std::size_t begin, std::size_t end) {
    return count(chart.substr(begin, end - begin), "█");
  };
  CHECK(bar(serial, threads) == 3);
  CHECK(bar(threads, processes) == 7);
  CHECK(bar(processes, chart.npos) == 46);
  CHECK(chart.find(" 120\n") != chart.npos);
  CHECK(chart.find(" 10\n") != chart.npos);
}

TEST_CASE("the table has a row for each configuration, in at most 120 columns", "[bench]") {
  BenchOptions options;
  options.farm.compute = std::chrono::milliseconds(1000);
  options.in_flight = 512;
  const std::string table =
      bench_table(options, {configuration(cli::Mode::serial, 1, {6, 5}),
                            configuration(cli::Mode::processes, 512, {0.0061, 0.0059})});
  CHECK(table.find("\nserial ") != table.npos);
  CHECK(table.find("\nprocesses × 512 ") != table.npos);
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(std::count_if(line.begin(), line.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }) <= 120);
  }
}

TEST_CASE("the JSON has the time line of the round of median duration, and the page has the JSON",
          "[bench]") {
  BenchOptions options;
  options.rounds = 3;
  const Environment environment(
      {"bench", "--proxy", "http://user:secret@host:1/", "--sprite", "other.*.front_default", "it's"});
  CHECK(environment.command() ==
        "spritefarm bench --proxy http://host:1/ --sprite 'other.*.front_default' 'it'\\''s'");
  const std::string json = bench_json(
      options,
      {configuration(cli::Mode::serial, 1, {6, 4, 5}), configuration(cli::Mode::threads, 2, {2, 1, 3})},
      environment);
  simdjson::dom::parser parser;
  const simdjson::padded_string text(json);
  const simdjson::dom::element parsed = parser.parse(text);
  CHECK(std::string(parsed["command"].get_c_str()) == environment.command());
  for (const char* fact : {"processor", "system", "kernel"}) {
    CAPTURE(fact);
    CHECK(!parsed["machine"][fact].get_string().value().empty());
  }
  CHECK(parsed["machine"]["processors"].get_int64().value() > 0);
  CHECK(parsed["machine"]["memory_bytes"].get_int64().value() > 1'000'000);
  CHECK(parsed["versions"]["curl"].get_string().value().substr(0, 8) == "libcurl/");
  const simdjson::dom::element serial = parsed["modes"].at(0), threads = parsed["modes"].at(1);
  CHECK(serial["time_line"]["round"].get_int64().value() == 3);
  CHECK(serial["time_line"]["spans"].at(0).at(2).get_double().value() == 5000);
  CHECK(threads["time_line"]["round"].get_int64().value() == 1);
  CHECK(threads["sprite_p25_ms"]["median"].get_double().value() == 3);

  const std::string page = bench_page(json);
  CHECK(page.substr(0, 15) == "<!DOCTYPE html>");
  CHECK(page.find("mew \\u003c/script>") != page.npos);
  CHECK(page.find("secret") == page.npos);
}

TEST_CASE("a terminal is distinguished from a file", "[bench][terminal]") {
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  const File terminal(std::fopen("/dev/ptmx", "r+"), std::fclose),
      file(std::fopen("/dev/null", "w"), std::fclose);
  REQUIRE(file);
  CHECK(!system::is_terminal(file.get()));
  if (terminal) CHECK(system::is_terminal(terminal.get()));
}
