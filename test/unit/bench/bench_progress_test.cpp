#include "bench/bench_progress.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::bench;
using namespace std::chrono_literals;

namespace {

const BenchProgress::Clock::time_point begin{1h};

std::vector<std::string> shown(const BenchProgress& progress, BenchProgress::Clock::duration at,
                               std::size_t rows = 24) {
  std::vector<std::string> lines;
  for (const cli::Line& line : progress.lines(begin + at, rows, 79))
    lines.push_back(cli::TextStyle(false, true).line(line));
  return lines;
}

}  // namespace

TEST_CASE("a benchmark shows how far it is, and what it knows", "[bench]") {
  const cli::Messages messages(cli::Verbosity::quiet);
  BenchProgress progress(cli::ProgressForm::none, messages,
                         {.title = "",
                          .configurations = {{"serial", "sprites/s"}, {"threads × 4", "sprites/s"}},
                          .rounds = 1,
                          .has_memory_round = true});
  progress.begin_round(0);
  progress.begin_run(0, begin);
  CHECK(shown(progress, 0s) == std::vector<std::string>{"serial       running", "threads × 4",
                                                        "░░░░░░░░░░░░░░░░░░░░  memory round"});
  progress.end_run(std::nullopt, begin + 10s);
  progress.begin_run(1, begin + 10s);
  CHECK(shown(progress, 12s).back() == "█████░░░░░░░░░░░░░░░  memory round  28 s left");
  progress.end_run(std::nullopt, begin + 12s);
  progress.begin_round(1);
  progress.begin_run(0, begin + 12s);
  progress.end_run(40, begin + 22s);
  progress.begin_run(1, begin + 22s);
  CHECK(shown(progress, 22s) == std::vector<std::string>{"serial            40 sprites/s",
                                                         "threads × 4  running",
                                                         "███████████████░░░░░  round 1 of 1  2 s left"});
  CHECK(shown(progress, 24s).back() == "███████████████░░░░░  round 1 of 1");
  CHECK(shown(progress, 22s, 2).size() == 2);
}

TEST_CASE("a benchmark without a memory round counts its rounds alone", "[bench]") {
  const cli::Messages messages(cli::Verbosity::quiet);
  BenchProgress progress(
      cli::ProgressForm::none, messages,
      {.title = "", .configurations = {{"futex", "µs"}, {"serial", "calls/s"}}, .rounds = 2});
  progress.begin_round(1);
  progress.begin_run(0, begin);
  CHECK(shown(progress, 0s).back() == "░░░░░░░░░░░░░░░░░░░░  round 1 of 2");
  progress.end_run(1.5, begin + 2s);
  progress.begin_run(1, begin + 2s);
  CHECK(shown(progress, 2s) == std::vector<std::string>{"futex       1.5 µs", "serial  running",
                                                        "█████░░░░░░░░░░░░░░░  round 1 of 2  6 s left"});
}
