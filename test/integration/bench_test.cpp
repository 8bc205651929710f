#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/numbered_pokemon.hpp"
#include "support/proc.hpp"
#include "support/program.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/event.hpp>

#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

using namespace spritefarm::test;
using spritefarm::Event;

namespace {

/// Checks a metric of `--json`: it has a positive value for each round, and the median is between minimum and
/// maximum.
void check_metric(simdjson::dom::element metric, std::size_t rounds) {
  const simdjson::dom::array all = metric["rounds"];
  CHECK(all.size() == rounds);
  const double min = double(metric["min"]), median = double(metric["median"]), max = double(metric["max"]);
  CHECK(min > 0);
  CHECK(min <= median);
  CHECK(median <= max);
  for (const simdjson::dom::element value : all) {
    CHECK(double(value) >= min);
    CHECK(double(value) <= max);
  }
}

/// The JSON report of a bench that succeeds and leaves nothing in its temporary directory.
std::string json_of_bench(std::vector<std::string> options) {
  const TempDir temporary;
  options.insert(options.begin(), {"bench", "--demo", "--json"});
  Command command = program(std::move(options));
  command.environment["TMPDIR"] = temporary.path();
  const Outcome outcome = run(std::move(command));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  CHECK(read_tree(temporary.path()).empty());
  return outcome.out;
}

/// That the command shows a bar, the time left and figures in this unit, until Ctrl-C.
void check_bar(std::vector<std::string> arguments, const std::string& unit) {
  Command command = program(std::move(arguments));
  command.terminal = spritefarm::system::TerminalSize{80, 24};
  command.environment["TERM"] = "xterm";
  command.environment["NO_COLOR"] = "1";
  Subprocess bench(std::move(command));
  bench.wait_for_message(unit);
  bench.wait_for_message("░  round ");
  bench.wait_for_message(" left");
  bench.send_signal(SIGINT);
  CHECK(bench.finish().signal == SIGINT);
}

}  // namespace

TEST_CASE("bench calls measures every executor with every payload and chunk", "[bench]") {
  const Outcome outcome = run(program({"bench", "calls", "--calls", "60", "--rounds", "3", "-p", "2",
                                       "--payload", "0,100,100000", "--chunk", "1,7", "--json"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  CHECK(outcome.err == "round 1 of 3\nround 2 of 3\nround 3 of 3\n");
  simdjson::dom::parser parser;
  const simdjson::dom::element report = parser.parse(outcome.out);
  CHECK(std::uint64_t(report["workers"]) == 2);
  check_metric(report["futex_us"]["p50"], 3);
  check_metric(report["futex_us"]["p99"], 3);
  check_metric(report["futex_pinned_us"]["p50"], 3);

  std::set<std::string> names;
  for (const simdjson::dom::element executor : simdjson::dom::array(report["executors"])) {
    names.emplace(executor["executor"].get_string().value());
    check_metric(executor["ready_ms"], 3);
    std::vector<std::uint64_t> sizes, chunks;
    for (const simdjson::dom::element payload : simdjson::dom::array(executor["payloads"])) {
      sizes.push_back(std::uint64_t(payload["bytes"]));
      CHECK(std::uint64_t(payload["calls"]) == 60);
      check_metric(payload["calls_per_second"], 3);
      check_metric(payload["round_trip_us"]["p50"], 3);
      CHECK(double(payload["round_trip_us"]["p50"]["min"]) <= double(payload["round_trip_us"]["p99"]["min"]));
    }
    for (const simdjson::dom::element chunk : simdjson::dom::array(executor["map"])) {
      chunks.push_back(std::uint64_t(chunk["chunksize"]));
      check_metric(chunk["items_per_second"], 3);
    }
    CHECK(sizes == std::vector<std::uint64_t>{0, 100, 100000});
    CHECK(chunks == std::vector<std::uint64_t>{1, 7});
  }
  CHECK(names == std::set<std::string>{"serial", "threads", "processes/pipe", "processes/shm"});
}

TEST_CASE("bench calls prints a line for each metric", "[bench]") {
  const Outcome outcome = run(
      program({"bench", "calls", "--calls", "20", "--rounds", "1", "--by", "serial,pipe", "--payload", "8"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  for (const char* words :
       {"calls/s", "GiB/s", "futex, pinned", "× futex", "items/s", "ready ms", "serial", "processes/pipe"})
    CHECK(outcome.out.find(words) != std::string::npos);
  CHECK(outcome.out.find("threads ") == std::string::npos);
}

TEST_CASE("bench downloads the same sprites in every mode and reports all metrics", "[bench]") {
  const TempDir pages;
  const std::string json =
      json_of_bench({"-n", "8", "-p", "1,2", "-t", "2", "--in-flight", "4", "--rounds", "2", "--cpu", "1",
                     "--sprite", "front_default,back_default", "--report", pages / "report.html"});
  simdjson::dom::parser parser;
  const simdjson::dom::element report = parser.parse(json);
  const auto sprites = std::uint64_t(report["sprites"]);
  CHECK(sprites + std::uint64_t(report["missing"]) == 16);
  CHECK(std::uint64_t(report["in_flight"]) == 4);

  std::vector<std::string> configurations;
  double serial = 0;
  for (const simdjson::dom::element mode : simdjson::dom::array(report["modes"])) {
    const std::string name(mode["mode"].get_string().value());
    CAPTURE(name);
    const auto workers = std::uint64_t(mode["workers"]), each = std::uint64_t(mode["concurrency"]);
    configurations.push_back(name + std::to_string(workers));
    CHECK(workers * each == (name == "serial" ? 1u : 4u));
    for (const char* metric : {"sprites_per_second", "seconds", "sprite_p50_ms", "sprite_p99_ms", "start_ms",
                               "cpu_seconds", "context_switches", "connections", "requests"}) {
      CAPTURE(metric);
      check_metric(mode[metric], 2);
    }
    CHECK(double(mode["sprites_downloaded"]["min"]) == static_cast<double>(sprites));
    CHECK(double(mode["sprites_downloaded"]["max"]) == static_cast<double>(sprites));
    CHECK(double(mode["requests"]["min"]) >= 1 + 8 + static_cast<double>(sprites));
    CHECK(double(mode["cpu_seconds"]["min"]) >= 0.001 * static_cast<double>(sprites));
    CHECK(std::uint64_t(mode["peak_pss_bytes"]) > 1'000'000);

    const double rate = double(mode["sprites_per_second"]["median"]);
    if (name == "serial") serial = rate;
    CHECK(std::abs(double(mode["ratio_to_serial"]) - rate / serial) < 0.01);
    CHECK(double(mode["seconds"]["min"]) * 1000 >= double(mode["start_ms"]["min"]));

    std::set<std::uint64_t> used_workers;
    const simdjson::dom::array spans = mode["time_line"]["spans"];
    CHECK(spans.size() == sprites);
    for (const simdjson::dom::element span : spans) {
      used_workers.insert(std::uint64_t(span.at(0)));
      CHECK(double(span.at(1)) >= double(mode["start_ms"]["min"]));
      CHECK(double(span.at(2)) > double(span.at(1)));
      CHECK(double(span.at(4)) > double(span.at(1)));  // record read, image arrived, on disk
      CHECK(double(span.at(5)) > double(span.at(4)));
      CHECK(double(span.at(2)) >= double(span.at(5)));
      CHECK(double(span.at(2)) <= 1000 * double(mode["seconds"]["max"]) + 1);  // seconds have three decimals
    }
    CHECK(used_workers.size() <= workers);
    CHECK(*used_workers.begin() == 1);
  }
  CHECK(configurations == std::vector<std::string>{"serial1", "threads2", "processes1", "processes2"});

  const std::string page = read_file(pages / "report.html");
  CHECK(page.find(json) != page.npos);
  CHECK(read_tree(pages.path()).size() == 1);
}

TEST_CASE("bench prints a line for each mode", "[bench]") {
  const Outcome outcome = run(
      program({"bench", "--demo", "-n", "3", "-p", "2", "--rounds", "1", "--cpu", "1", "--in-flight", "64"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  CHECK(outcome.err.find("3 configurations, 1 act, 1 round, 3 sprites: about 10 seconds\n") == 0);
  for (const char* words :
       {"\nserial ", "\nthreads ", "\nprocesses ", "sprites/s", "speedup", "p50", "p99", "CPU", "switches",
        "start", "PSS", "connects", "(serial: 1)", " decides here: "}) {
    CAPTURE(words);
    CHECK(outcome.out.find(words) != std::string::npos);
  }
  CHECK(outcome.out.find("█") == std::string::npos);  // only on a terminal
}

TEST_CASE("bench has acts, and CPython's pools make the same files", "[bench]") {
  const TempDir files;
  const std::string json =
      json_of_bench({"-n", "4", "-p", "2", "--rounds", "1", "--cpu", "0,1", "--latency", "1", "--sprite",
                     "front_default,other.home.front_default", "--export-markdown", files / "bench.md",
                     "--export-csv", files / "bench.csv"});
  simdjson::dom::parser parser;
  const simdjson::dom::element report = parser.parse(json);
  const auto check_act = [&](simdjson::dom::element act, std::uint64_t cpu_ms) {
    CHECK(std::uint64_t(act["cpu_ms"]) == cpu_ms);
    CHECK(std::uint64_t(act["latency_ms"]) == 1);
    CHECK(simdjson::dom::array(act["modes"]).size() == 3);
    for (const simdjson::dom::element mode : simdjson::dom::array(act["cpython"])) {
      CHECK(std::uint64_t(mode["workers"]) == 2);
      CHECK(std::string(mode["version"].get_string().value()).substr(0, 2) == "3.");
      for (const char* metric : {"sprites_per_second", "seconds", "sprite_p50_ms", "start_ms", "cpu_seconds"})
        check_metric(mode[metric], 1);
      CHECK(double(mode["sprites_downloaded"]["min"]) == double(std::uint64_t(report["sprites"])));
      CHECK(simdjson::dom::array(mode["time_line"]["spans"]).size() == std::uint64_t(report["sprites"]));
    }
    for (const char* program : {"modes", "cpython"})  // measured in the first act, for all
      for (std::size_t i = 0; i < simdjson::dom::array(act[program]).size(); ++i) {
        const std::uint64_t memory(act[program].at(i)["peak_pss_bytes"]);
        CHECK(memory > 1'000'000);
        CHECK(memory == std::uint64_t(report[program].at(i)["peak_pss_bytes"]));
      }
  };
  check_act(report, 0);
  check_act(report["further_acts"].at(0), 1);
  const bool has_python = !run({.arguments = {"/bin/sh", "-c", "command -v python3"}}).out.empty();
  CHECK(simdjson::dom::array(report["cpython"]).size() == (has_python ? 2 : 0));
  CHECK(read_file(files / "bench.md").find(" decides here: ") != std::string::npos);
  CHECK(read_file(files / "bench.csv").rfind("cpu_ms,latency_ms,", 0) == 0);
}

TEST_CASE("bench fails and names the run if a sprite is not downloaded", "[bench]") {
  const MirrorServer mirror({"--fault", "404:30%"});
  const TempDir temporary;
  std::vector<std::string> arguments{"bench",     "--base-url", mirror.base_url(), "--rounds", "1",
                                     "--retries", "0"};
  for (int id = 1; id <= 40; ++id)
    arguments.push_back(std::to_string(id));  // names instead of the index, which might be spoiled too
  Command command = program(std::move(arguments));
  command.environment["TMPDIR"] = temporary.path();
  const Outcome outcome = run(std::move(command));
  CAPTURE(outcome.err);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("bench: serial, memory round: ") != std::string::npos);
  CHECK(outcome.err.find(" of 40 sprites did not arrive") != std::string::npos);
  CHECK(read_tree(temporary.path()).empty());
}

TEST_CASE("bench reports before the first run that the report cannot be written", "[bench]") {
  const TempDir work;
  for (const std::string& path : {std::string(work / "no/such/report.html"), work.path().string()}) {
    const Outcome outcome =
        run(program({"bench", "--demo", "--report", path}));  // fails before anything is measured
    CAPTURE(outcome.err);
    CHECK(outcome.exit_status == 4);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find("bench: --report " + path + ": cannot be written: ") != std::string::npos);
  }
}

TEST_CASE("bench exits with status 3 if the index cannot be read", "[bench]") {
  const Outcome outcome =
      run(program({"bench", "--base-url", "http://127.0.0.1:1/", "--retries", "0", "-p", "1", "-t", "1"}));
  CAPTURE(outcome.err);
  CHECK(outcome.exit_status == 3);
  CHECK(outcome.out.empty());
}

TEST_CASE("bench reports a wrong command line in one line", "[bench][cli]") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"bench"},
                                                    {"bench", "--demo", "-p", "many"},
                                                    {"bench", "--demo", "--report", ""},
                                                    {"bench", "calls", "--by", "pigeon"}}) {
    const Outcome outcome = run(program(arguments));
    CAPTURE(outcome.err);
    CHECK(outcome.exit_status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.rfind("spritefarm: bench", 0) == 0);
    CHECK(outcome.err.find("--help") != std::string::npos);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
}

TEST_CASE("an interrupted bench reports the rounds that are complete", "[bench]") {
  const TempDir pages;
  Subprocess bench(program({"bench", "--demo", "--cpu", "0", "--python", "none", "-n", "3", "-p", "1", "-t",
                            "1", "--rounds", "1000", "--report", pages / "report.html"}));
  bench.wait_for_message("round 3 of 1000\n");
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.finish();
  INFO(outcome.err);
  CHECK(outcome.signal == SIGINT);
  const std::size_t message = outcome.err.find("spritefarm: bench: interrupted; ");
  REQUIRE(message != outcome.err.npos);
  const std::string complete = std::to_string(std::stoi(outcome.err.substr(message + 32)));
  CHECK(std::stoi(complete) >= 2);
  CHECK(outcome.err.find(complete + " of 1000 rounds are complete\n") != outcome.err.npos);
  CHECK(outcome.out.find(", " + complete + " rounds") != outcome.out.npos);
  CHECK(read_tree(pages.path()).count("report.html") == 1);
}

TEST_CASE("bench shows a bar and the figures so far on a terminal", "[bench]") {
  check_bar({"bench", "--demo", "--cpu", "0", "--python", "none", "--latency", "5", "-n", "20", "-p", "1",
             "-t", "1", "--rounds", "1000"},
            " sprites/s");
}

TEST_CASE("a bench that Ctrl-Z stops repeats the run when it continues", "[bench]") {
  // of 6: serial, threads and processes, for their memory and in one round
  const int stopped_run = GENERATE(1, 4, 5, 6);
  CAPTURE(stopped_run);
  std::atomic<int> runs = 0;
  Event asked, answer;
  ScriptedServer server([&](const ScriptedServer::Request& request) -> ScriptedServer::Reply {
    if (request.path.starts_with("/image")) return ScriptedServer::response("200 OK", MadeUpApi::image);
    if (++runs == stopped_run) {
      asked.set();
      answer.wait(Subprocess::long_enough);
    }
    return ScriptedServer::response("200 OK", numbered_record("1", server.url("/image.png")));
  });
  const TempDir temporary;
  Command command = program({"bench", "--base-url", server.url("/api/v2/"), "--timeout", "1", "--retries",
                             "0", "--cpu", "0", "-p", "1", "-t", "1", "--rounds", "1", "--json", "p1"});
  command.environment["TMPDIR"] = temporary.path();
  command.leads_group = true;
  Subprocess bench(std::move(command));
  REQUIRE(asked.wait(Subprocess::long_enough));
  ::kill(-bench.pid(), SIGTSTP);  // as the terminal does
  REQUIRE(eventually([&] { return state_of(bench.pid()).letter == 'T'; }));
  CHECK(eventually([&] { return processes_with("TMPDIR=" + temporary.path().string()).size() == 1; }));
  answer.set();
  ::kill(-bench.pid(), SIGCONT);
  const Outcome outcome = bench.finish();
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  CHECK(runs == 7);
  CHECK(read_tree(temporary.path()).empty());
}

TEST_CASE("bench calls stops and continues, and reports the rounds that are complete", "[bench]") {
  const TempDir marker;
  Command command = program(
      {"bench", "calls", "--calls", "50", "--payload", "0", "--chunk", "1", "-p", "2", "--rounds", "1000"});
  command.environment["TMPDIR"] = marker.path();
  command.leads_group = true;
  Subprocess bench(std::move(command));
  bench.wait_for_message("round 2 of 1000\n");
  ::kill(-bench.pid(), SIGTSTP);
  REQUIRE(eventually([&] { return state_of(bench.pid()).letter == 'T'; }));
  CHECK(eventually([&] { return processes_with("TMPDIR=" + marker.path().string()).size() == 1; }));
  ::kill(-bench.pid(), SIGCONT);
  bench.wait_for_message("\nround ", 10);  // later ones than were there when it stopped
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.finish();
  CHECK(outcome.signal == SIGINT);
  const std::string error = "spritefarm: bench calls: interrupted; ";
  const std::size_t message = outcome.err.find(error);
  REQUIRE(message != outcome.err.npos);
  const std::string complete = std::to_string(std::stoi(outcome.err.substr(message + error.size())));
  CHECK(std::stoi(complete) >= 1);
  CHECK(outcome.out.find(" 50 calls, " + complete + " round") != outcome.out.npos);
  CHECK(outcome.out.find("processes/shm") != outcome.out.npos);
}

TEST_CASE("bench calls shows a bar and the figures so far on a terminal", "[bench]") {
  check_bar({"bench", "calls", "--rounds", "1000"}, " calls/s");
}

TEST_CASE("an interrupted bench leaves nothing behind", "[bench]") {
  const MirrorServer mirror({"--fault", "stall:100%"});
  const TempDir temporary;
  Command command = program({"bench", "--base-url", mirror.base_url(), "-p", "2", "-t", "2"});
  command.environment["TMPDIR"] = temporary.path();
  Subprocess bench(std::move(command));
  while (std::filesystem::is_empty(temporary.path()))
    std::this_thread::yield();  // until a run waits for the index
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.finish();
  CAPTURE(outcome.err);
  CHECK(outcome.signal == SIGINT);
  CHECK(outcome.out.empty());
  CHECK(std::filesystem::is_empty(temporary.path()));
}
