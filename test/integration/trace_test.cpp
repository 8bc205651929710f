#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"
#include "support/trace_reader.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace spritefarm::test;

TEST_CASE("--trace shows every task with its parts on the track of its worker", "[trace]") {
  using Words = std::vector<std::string>;
  const Words mode = GENERATE(Words{"-p", "2", "-c", "4"}, Words{"-t", "2", "-c", "4"}, Words{"-s"});
  CAPTURE(mode);
  constexpr std::uint64_t pokemon = 12;
  const MirrorServer mirror({"--latency", "5"});
  const TempDir work;
  Words arguments{"--json",
                  "-n",
                  std::to_string(pokemon),
                  "--sprite",
                  "front_default,back_default",
                  "--base-url",
                  mirror.base_url(),
                  "-o",
                  work / "sprites",
                  "--trace",
                  work / "trace.json"};
  arguments.insert(arguments.end(), mode.begin(), mode.end());
  const Outcome outcome = run(program(arguments));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  const RunReport report(outcome.out);

  const Trace trace(read_file(work / "trace.json"));
  const std::multiset<std::string> paths = trace.paths();
  const auto count = [&](const std::string& end) {
    return std::count_if(paths.begin(), paths.end(),
                         [&](const std::string& path) { return path.ends_with(end); });
  };
  CHECK(count("/record") == pokemon);
  CHECK(count("/record/wait") == pokemon);
  CHECK(count("/record/transfer") == pokemon);
  CHECK(count("front_default/write") + count("back_default/write") ==
        static_cast<long>(report.count.at("downloaded")));
  CHECK(paths.count("bulbasaur") == 1);
  CHECK(paths.count("submit bulbasaur") == 1);
  CHECK(paths.count("result of bulbasaur") == 1);

  CHECK(trace.phases.at("b") == pokemon);
  CHECK(trace.phases.at("e") == pokemon);
  REQUIRE(trace.arrows.size() == pokemon);
  for (const auto& [task, ends] : trace.arrows) {
    CAPTURE(task);
    REQUIRE(ends.size() == 3);
    CHECK(ends.at("s").second <= ends.at("t").second);
    CHECK(ends.at("t").second <= ends.at("f").second);
    for (const auto& [phase, end] : ends)  // each leads from or to a slice
      CHECK(std::any_of(
          trace.slices.at(end.first).begin(), trace.slices.at(end.first).end(),
          [at = end.second](const Slice& slice) { return slice.begin <= at && at <= slice.end; }));
  }
  for (const auto& [track, slices] : trace.slices) CHECK(trace.tracks.count(track) == 1);
  std::map<std::string, std::int64_t> order;  // "worker 1" before "worker 1, track 2"
  for (const auto& [track, name] : trace.tracks)
    if (name.starts_with("worker")) order[name] = trace.order.at(track);
  for (auto next = order.begin(); next != order.end(); ++next)
    if (next != order.begin() && order.size() < 10) CHECK(std::prev(next)->second < next->second);
  CHECK(trace.processes.size() == (mode[0] == "-p" ? 3 : 1));
  CHECK(trace.in_flight == 0);
  CHECK(trace.queued == 0);
  CHECK(trace.max_in_flight >= (mode[0] == "-s" ? 1 : 2));
  CHECK(trace.max_in_flight <= (mode[0] == "-s" ? 1 : 8));
}

TEST_CASE("the slices of a trace tell retries, waits and what was done", "[trace]") {
  const MirrorServer mirror({"--fault", "500:40%"});
  const TempDir work;
  const std::string base_url = "http://me:secret@" + mirror.base_url().substr(7);
  const Outcome outcome =
      run(program({"--json", "-s", "-n", "12", "--retries", "20", "--rate", "100", "--base-url", base_url,
                   "-o", work / "sprites", "--trace", work / "trace.json"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  const std::string text = read_file(work / "trace.json");
  CHECK(text.find("secret") == std::string::npos);
  const Trace trace(text);
  std::map<std::string, std::string> category;
  std::uint64_t retries = 0, reused = 0;
  for (const auto& [track, slices] : trace.slices)
    for (const Slice& slice : slices) {
      CAPTURE(slice.name);
      category[slice.name] = slice.category;
      const auto argument = [&](const char* name) { return slice.arguments.at(name); };
      if (slice.name == "retry") {
        ++retries;
        CHECK(std::stoi(argument("attempt")) >= 2);
        CHECK(argument("url").starts_with("\"http://127.0.0.1:"));
      } else if (slice.name == "record" || slice.name == "front_default") {
        CHECK(argument("status") == "200");
        CHECK(std::stoi(argument("bytes")) > 0);
        CHECK(slice.category == (slice.name == "record" ? "record" : "image"));
      } else if (slice.name == "transfer") {
        reused += argument("reused connection") == "true";
      }
    }
  const RunReport report(outcome.out);
  CHECK(retries > 0);
  CHECK(retries <= report.count.at("retries"));
  CHECK(reused > 0);
  CHECK(category.at("write") == "disk");
  CHECK(category.at("wait") == "wait");
  CHECK(category.at("back-off") == "wait");
}

TEST_CASE("the pause that a host asks for is a slice of each request that it delays", "[trace]") {
  ChangingApi api(4);
  api.close_images(std::chrono::seconds(1));
  const TempDir work;
  const Outcome outcome = run(program({"--json", "-p", "2", "--base-url", api.base_url(), "-o",
                                       work / "sprites", "--trace", work / "trace.json", "--all"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  const Trace trace(read_file(work / "trace.json"));
  int pauses = 0;
  for (const auto& [track, slices] : trace.slices)
    for (const Slice& slice : slices)
      if (slice.name == "pause") {
        ++pauses;
        CHECK(slice.category == "wait");
        CHECK(slice.end > slice.begin);
      }
  CHECK(pauses >= 1);
  CHECK(pauses <= 4);  // one of each image
}

TEST_CASE("an interrupted run has a trace, and so has a run without workers", "[trace]") {
  const TempDir work;
  const std::vector<std::string> to_trace{"-o", work / "sprites", "--trace", work / "trace.json"};
  SECTION("interrupted") {
    const MirrorServer mirror({"--fault", "stall:50%"});
    std::vector<std::string> arguments{"-v", "-p", "2", "--base-url", mirror.base_url(), "--timeout", "3600"};
    for (int id = 1; id <= 60; ++id) arguments.push_back(std::to_string(id));
    arguments.insert(arguments.end(), to_trace.begin(), to_trace.end());
    Subprocess process(program(arguments));
    process.wait_for_message(" B\n");
    process.send_signal(SIGINT);
    const Outcome outcome = process.finish();
    INFO(outcome.err);
    CHECK(outcome.signal == SIGINT);
    const Trace trace(read_file(work / "trace.json"));
    CHECK(trace.phases.at("b") == trace.phases.at("e"));
    CHECK(!trace.paths().empty());
  }
  SECTION("all sprites are fresh") {
    const MirrorServer mirror;
    std::vector<std::string> arguments{"-n", "5", "--base-url", mirror.base_url()};
    arguments.insert(arguments.end(), to_trace.begin(), to_trace.end());
    REQUIRE(run(program(arguments)).exit_status == 0);
    REQUIRE(run(program(arguments)).exit_status == 0);
    const Trace trace(read_file(work / "trace.json"));
    CHECK(trace.paths().count("bulbasaur: hit") == 1);
    CHECK(trace.arrows.empty());
  }
}

TEST_CASE("a trace that cannot be written ends the run with a report before any request", "[trace]") {
  const TempDir work;
  const Outcome outcome = run(program({"--json", "--base-url", "http://127.0.0.1:1/", "-o", work / "sprites",
                                       "--trace", work / "none" / "trace.json"}));
  CHECK(outcome.exit_status == 4);
  CHECK(outcome.err.find("--trace: cannot write ") != std::string::npos);
  CHECK(outcome.err.find("name another file") != std::string::npos);
  CHECK(RunReport(outcome.out).count.at("requests") == 0);
}

TEST_CASE("a trace that does not fit on its disk costs the trace alone", "[trace]") {
  const TempDir work;
  const MirrorServer mirror;
  const Outcome outcome = run(program({"--json", "-p", "2", "-n", "5", "--base-url", mirror.base_url(), "-o",
                                       work / "sprites", "--trace", "/dev/full"}));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 4);
  CHECK(outcome.err.find("--trace: cannot write /dev/full") != std::string::npos);
  CHECK(RunReport(outcome.out).count.at("downloaded") == 5);
}
