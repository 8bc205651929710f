#include "support/catch.hpp"
#include "support/program.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

using namespace spritefarm::test;

namespace {

/// Of a figure as `--json` gives it: as many rounds as there were, positive, and the median among them.
void check_figure(simdjson::dom::element figure, std::size_t rounds) {
  const simdjson::dom::array all = figure["rounds"];
  CHECK(all.size() == rounds);
  const double least = double(figure["least"]), median = double(figure["median"]),
               most = double(figure["most"]);
  CHECK(least > 0);
  CHECK(least <= median);
  CHECK(median <= most);
  for (const simdjson::dom::element value : all) {
    CHECK(double(value) >= least);
    CHECK(double(value) <= most);
  }
}

}  // namespace

TEST_CASE("bench calls measures every executor with every payload and chunk", "[bench]") {
  const Outcome outcome = run(program({"bench", "calls", "--calls", "60", "--rounds", "3", "-p", "2",
                                       "--payload", "0,100,100000", "--chunk", "1,7", "--json"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  CHECK(outcome.err.empty());
  simdjson::dom::parser parser;
  const simdjson::dom::element report = parser.parse(outcome.out);
  CHECK(std::uint64_t(report["workers"]) == 2);
  check_figure(report["futex_us"]["p50"], 3);
  check_figure(report["futex_us"]["p99"], 3);

  std::set<std::string> names;
  for (const simdjson::dom::element executor : simdjson::dom::array(report["executors"])) {
    names.emplace(executor["executor"].get_string().value());
    check_figure(executor["ready_ms"], 3);
    std::vector<std::uint64_t> sizes, chunks;
    for (const simdjson::dom::element payload : simdjson::dom::array(executor["payloads"])) {
      sizes.push_back(std::uint64_t(payload["bytes"]));
      CHECK(std::uint64_t(payload["calls"]) == 60);
      check_figure(payload["calls_per_second"], 3);
      check_figure(payload["round_trip_us"]["p50"], 3);
      CHECK(double(payload["round_trip_us"]["p50"]["least"]) <=
            double(payload["round_trip_us"]["p99"]["least"]));
    }
    for (const simdjson::dom::element chunk : simdjson::dom::array(executor["map"])) {
      chunks.push_back(std::uint64_t(chunk["chunksize"]));
      check_figure(chunk["items_per_second"], 3);
    }
    CHECK(sizes == std::vector<std::uint64_t>{0, 100, 100000});
    CHECK(chunks == std::vector<std::uint64_t>{1, 7});
  }
  CHECK(names == std::set<std::string>{"serial", "threads", "processes/pipe", "processes/shm"});
}

TEST_CASE("bench calls prints a line for each figure", "[bench]") {
  const Outcome outcome = run(
      program({"bench", "calls", "--calls", "20", "--rounds", "1", "--by", "serial,pipe", "--payload", "8"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  for (const char* words :
       {"calls/s", "GiB/s", "bare futex", "× futex", "items/s", "ready", "serial", "processes/pipe"})
    CHECK(outcome.out.find(words) != std::string::npos);
  CHECK(outcome.out.find("threads ") == std::string::npos);
}
