#include "bench/conclusion.hpp"

#include "bench/ratio.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>

using namespace spritefarm;
using namespace spritefarm::bench;
using List = std::vector<std::string>;

namespace {

/// 100 sprites in so many seconds in each round, `share` of them computing.
ConfigurationRuns runs(Configuration configuration, const std::vector<double>& seconds, double share = 0.1) {
  ConfigurationRuns result{configuration, 0, {}};
  for (const double run_seconds : seconds) {
    Measured<RunMetrics> run;
    run.metrics.downloaded = 100;
    run.metrics.seconds = run_seconds;
    run.end.cpu = std::chrono::microseconds(static_cast<long>(run_seconds * share * 1e6));
    result.rounds.push_back(run);
  }
  return result;
}

constexpr Configuration serial{cli::Mode::serial};
constexpr Configuration threads(int workers, bool is_cpython = false) {
  return {cli::Mode::threads, workers, 1, is_cpython};
}
constexpr Configuration processes(int workers, bool is_cpython = false) {
  return {cli::Mode::processes, workers, 1, is_cpython};
}

Samples samples(const std::vector<double>& values) {
  Samples result;
  for (const double value : values) result.add(value);
  return result;
}

}  // namespace

TEST_CASE("the conclusion of waiting: workers help, and threads and processes do not differ",
          "[bench][conclusion]") {
  const ActRuns act{{},
                    {runs(serial, {6.2, 6.3, 6.25}), runs(threads(1), {6.2, 6.3, 6.25}),
                     runs(threads(16), {0.42, 0.425, 0.43}), runs(processes(1), {6.2, 6.3, 6.25}),
                     runs(processes(16), {0.42, 0.43, 0.427})}};
  CHECK(conclusion(act) == List{"Waiting decides here: 16 threads are 14.7 ± 0.3 times as fast as one, 16 "
                                "processes are 14.6 ± 0.3 times as fast as one.",
                                "16 threads and 16 processes do not differ."});
}

TEST_CASE("the conclusion of computing names the GIL and the number of workers that is enough",
          "[bench][conclusion]") {
  const ActRuns act{{},
                    {runs(serial, {2, 2.01, 2.02}, 0.9), runs(processes(1), {2, 2.01, 2.02}),
                     runs(processes(2), {1, 1.01, 1.02}), runs(processes(8), {1, 1.01, 1.02}),
                     runs(threads(1, true), {2, 2.01, 2.02}), runs(threads(8, true), {2.01, 2, 2.02}),
                     runs(processes(1, true), {2, 2.01, 2.02}), runs(processes(8, true), {1, 1.01, 1.02})}};
  CHECK(conclusion(act) ==
        List{"Computing decides here: 8 processes are 1.99 ± 0.03 times as fast as one.",
             "More than 2 processes do not help.",
             "CPython's 8 threads are not faster than one, CPython's 8 processes are 1.99 ± "
             "0.03 times as fast as one.",
             "CPython's GIL lets one thread compute at a time.",
             "CPython's 8 processes are 1.99 ± 0.03 times as fast as CPython's 8 threads.",
             "8 processes and CPython's 8 processes do not differ."});
}

TEST_CASE("computing decides although it waits for a processor, and the noise is told",
          "[bench][conclusion]") {
  ActRuns act{{}, {runs(serial, {2, 3, 4}, 0.3), runs(threads(2), {1, 1, 1})}};
  for (Measured<RunMetrics>& run : act.configurations.front().rounds)
    run.metrics.spans = {{.begin_ms = 0, .end_ms = 100, .record_ms = 20, .image_ms = 40}};
  CHECK(conclusion(act).front().find("Waiting decides here: ") == 0);  // for a disk
  act.act.compute = std::chrono::milliseconds(10);
  CHECK(conclusion(act).front().find("Computing decides here: ") == 0);
  CHECK(conclusion(act).back() ==
        "The rounds of serial vary by 75 %: measure again while the machine does nothing else.");
  for (Measured<RunMetrics>& run : act.configurations.front().rounds) run.metrics.spans.front().image_ms = 60;
  CHECK(conclusion(act).front().find("Waiting decides here: ") == 0);
}

TEST_CASE("noise gives no ranking", "[bench][conclusion]") {
  std::mt19937 random(1);
  std::normal_distribution<double> noise(1, 0.1);
  const auto noisy = [&](double seconds) {
    return std::vector{seconds * noise(random), seconds * noise(random), seconds * noise(random)};
  };
  int ranked = 0;
  for (int i = 0; i < 1000; ++i) {
    const ActRuns act{{},
                      {runs(serial, noisy(6)), runs(threads(4), noisy(1.5)), runs(processes(4), noisy(1.5))}};
    const List sentences = conclusion(act);
    ranked += std::count(sentences.begin(), sentences.end(), "4 threads and 4 processes do not differ.") +
                  std::count(sentences.begin(), sentences.end(),
                             "4 threads and 4 processes do not clearly differ.") ==
              0;
  }
  CHECK(ranked <= 10);
}

TEST_CASE("noise in which a difference could hide is told from none", "[bench][conclusion]") {
  const ActRuns act{{},
                    {runs(serial, {6, 6, 6}), runs(threads(1), {6, 9, 4}), runs(threads(4), {4, 7, 3}),
                     runs(processes(2), {4, 7, 2}), runs(processes(4), {3, 8, 2})}};
  CHECK(conclusion(act).size() == 2);  // nothing about the number of processes that is enough
  CHECK(conclusion(act)[0].find("4 threads are not clearly faster than one") != std::string::npos);
  CHECK(conclusion(act).back() == "4 threads and 4 processes do not clearly differ.");
}

TEST_CASE("fewer than three rounds give no ranking", "[bench][conclusion]") {
  const ActRuns act{{}, {runs(serial, {6, 6}), runs(threads(4), {1, 1}), runs(processes(4), {2, 2})}};
  CHECK(conclusion(act) ==
        List{"Waiting decides here: 4 threads are 6.0 times as fast as serial, 4 processes "
             "are 3.0 times as fast as serial.",
             "Fewer than 3 rounds show no spread, so nothing is ranked: use --rounds 3 or "
             "more."});
}

TEST_CASE("a ratio is clear in both directions or in none", "[bench][conclusion]") {
  const Samples a = samples({10, 10.1, 10.2}), b = samples({11, 11.1, 11.2}), c = samples({9, 10.1, 13});
  CHECK(Ratio(b, a).is_clear());
  CHECK(Ratio(a, b).is_clear());
  CHECK(!Ratio(a, c).is_clear());
  CHECK(!Ratio(c, a).is_clear());
  CHECK(!Ratio(a, samples({10.2, 10.2, 10.2})).is_clear());
  CHECK(!Ratio(samples({30}), samples({10})).is_clear());
  CHECK(Ratio(samples({300, 310, 320}), samples({2, 2, 2})).text() == "155 ± 5");
}
