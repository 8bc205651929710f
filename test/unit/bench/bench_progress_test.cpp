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
                          .first_round = 0,
                          .rounds = 1});
  progress.begin_round(0);
  progress.begin_run(0, begin);
  CHECK(shown(progress, 0s) == std::vector<std::string>{"serial       running", "threads × 4",
                                                        "░░░░░░░░░░░░░░░░░░░░  memory round"});
  progress.end_run(std::nullopt, begin + 10s);
  progress.begin_run(1, begin + 10s);
  CHECK(shown(progress, 12s).back() == "█████░░░░░░░░░░░░░░░  memory round");  // nothing is expected yet
  progress.expect({5, 1}, {20, 5}, 100);                                       // the first took twice as long
  CHECK(shown(progress, 10s).back() == "█████░░░░░░░░░░░░░░░  memory round  4:12 left");
  CHECK(shown(progress, 12s).back() == "█████░░░░░░░░░░░░░░░  memory round  4:10 left");
  CHECK(shown(progress, 15s).back() == "█████░░░░░░░░░░░░░░░  memory round  4:10 left");
  progress.end_run(std::nullopt, begin + 12s);
  progress.expect({5, 1}, {20, 5}, 0);
  progress.begin_round(1);
  progress.begin_run(0, begin + 12s);
  progress.end_run(40, begin + 52s);
  progress.begin_run(1, begin + 52s);
  CHECK(shown(progress, 52s) == std::vector<std::string>{"serial            40 sprites/s",
                                                         "threads × 4  running",
                                                         "███████████████░░░░░  round 1 of 1  10 s left"});
  CHECK(shown(progress, 62s).back() == "███████████████░░░░░  round 1 of 1");
  CHECK(shown(progress, 52s, 2).size() == 2);
}

TEST_CASE("an act whose memory is known has no round for it", "[bench]") {
  const cli::Messages messages(cli::Verbosity::quiet);
  BenchProgress progress(cli::ProgressForm::none, messages,
                         {.title = "act 2 of 2, ", .configurations = {{"serial", "sprites/s"}}, .rounds = 2});
  progress.expect({5}, {20}, 0);
  progress.begin_round(1);
  progress.begin_run(0, begin);
  CHECK(shown(progress, 0s).back() == "░░░░░░░░░░░░░░░░░░░░  act 2 of 2, round 1 of 2  40 s left");
  progress.end_run(40, begin + 20s);
  CHECK(shown(progress, 20s).back() == "██████████░░░░░░░░░░  act 2 of 2, round 1 of 2");
}

TEST_CASE("a benchmark of even runs expects those to come to take the time of those before", "[bench]") {
  const cli::Messages messages(cli::Verbosity::quiet);
  BenchProgress progress(cli::ProgressForm::none, messages,
                         {.title = "",
                          .configurations = {{"futex", "µs"}, {"serial", "calls/s"}},
                          .rounds = 2,
                          .is_even = true});
  progress.begin_round(1);
  progress.begin_run(0, begin);
  CHECK(shown(progress, 0s).back() == "░░░░░░░░░░░░░░░░░░░░  round 1 of 2");
  progress.end_run(1.5, begin + 2s);
  progress.begin_run(1, begin + 2s);
  CHECK(shown(progress, 2s) == std::vector<std::string>{"futex       1.5 µs", "serial  running",
                                                        "█████░░░░░░░░░░░░░░░  round 1 of 2  6 s left"});
}
