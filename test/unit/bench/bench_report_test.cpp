#include "bench/bench_report.hpp"

#include "bench/bench_table.hpp"
#include "support/catch.hpp"
#include "system/terminal.hpp"
#include "text/printable_text.hpp"

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
    run.metrics.spans = {{1, 1, 1000 * run_seconds, 400, 700, "mew </script> front_default"}};
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
      bench_chart({{},
                   {configuration(cli::Mode::serial, 1, {6}), configuration(cli::Mode::threads, 4, {3}),
                    configuration(cli::Mode::processes, 12, {0.5})}});
  const std::size_t serial = chart.find("serial "), threads = chart.find("threads × 4 "),
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

TEST_CASE("the table has a row for each configuration, and no line wider than the terminal", "[bench]") {
  BenchOptions options;
  options.in_flight = 512;
  const ActRuns act{{std::chrono::milliseconds(1000)},
                    {configuration(cli::Mode::serial, 1, {6, 5}),
                     configuration(cli::Mode::processes, 512, {0.0061, 0.0059})}};
  for (const std::size_t width : {0, 120, 80, 60, 40}) {
    const std::string table = bench_table(options, {act}, width);
    CAPTURE(table);
    CHECK(table.find("\nserial ") != table.npos);
    CHECK(table.find("\nprocesses × 512 ") != table.npos);
    CHECK((table.find("PSS MiB") != table.npos) == (width == 0 || width == 120));
    CHECK((table.find("\nPSS ") != table.npos) == (width == 0 || width == 120));
    CHECK((table.find("speedup") != table.npos) == (width != 40));
    std::istringstream lines(table + bench_chart(act, width == 0 ? 80 : width));
    for (std::string line; std::getline(lines, line);)
      CHECK(text::width_of(line) <= (width == 0 ? 130 : width));
  }
}

TEST_CASE("Markdown and CSV have a line for each configuration", "[bench]") {
  ConfigurationRuns cpython = configuration(cli::Mode::threads, 2, {4});
  cpython.configuration.is_cpython = true;
  const std::vector<ActRuns> acts{
      {{}, {configuration(cli::Mode::serial, 1, {6}), cpython}},
      {{std::chrono::milliseconds(10)}, {configuration(cli::Mode::serial, 1, {3})}}};
  const std::string markdown = bench_markdown({}, acts, Environment({"bench", "--demo"}));
  CHECK(markdown.find("\n| serial | 10 | 10–10 | 1.00 |") != markdown.npos);
  CHECK(markdown.find("\n| CPython threads × 2 | 15 | 15–15 | 1.50 |") != markdown.npos);
  CHECK(markdown.find("\n`spritefarm bench --demo`\n") != markdown.npos);
  std::istringstream lines(bench_csv(acts));
  std::vector<std::string> starts;
  for (std::string line; std::getline(lines, line);) {
    CHECK(std::count(line.begin(), line.end(), ',') == 23);
    starts.push_back(line.substr(0, 30));
  }
  CHECK(starts == std::vector<std::string>{"cpu_ms,latency_ms,program,mode", "0,0,spritefarm,serial,1,1,10,1",
                                           "0,0,CPython,threads,2,1,15,15,",
                                           "10,0,spritefarm,serial,1,1,20,"});
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
      {{{},
        {configuration(cli::Mode::serial, 1, {6, 4, 5}), configuration(cli::Mode::threads, 2, {2, 1, 3})}},
       {{std::chrono::milliseconds(10)}, {configuration(cli::Mode::serial, 1, {7})}}},
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
  const simdjson::dom::element span = serial["time_line"]["spans"].at(0);
  CHECK(span.at(2).get_double().value() == 5000);
  CHECK(span.at(4).get_double().value() == 400);
  CHECK(span.at(5).get_double().value() == 700);
  CHECK(threads["time_line"]["round"].get_int64().value() == 1);
  CHECK(threads["sprite_p25_ms"]["median"].get_double().value() == 3);

  CHECK(parsed["cpython"].get_array().size() == 0);
  const simdjson::dom::element further = parsed["further_acts"].at(0);
  CHECK(further["cpu_ms"].get_int64().value() == 10);
  CHECK(further["modes"].at(0)["seconds"]["median"].get_double().value() == 7);
  CHECK(further["conclusion"].get_array().size() > 0);

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
