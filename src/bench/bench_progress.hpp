#pragma once

#include "bench/samples.hpp"
#include "cli/messages.hpp"
#include "cli/progress.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// Shows how far a benchmark is: a bar, the time left, and the figures so far of each configuration, below
/// the messages of a terminal; elsewhere a message for each round. Owned by the command, used by the
/// main thread, which calls update() while it waits for a run. The destructor erases the lines.
class BenchProgress {
 public:
  using Clock = std::chrono::steady_clock;

  struct Configuration {
    std::string name;
    std::string unit;  ///< of its figure
  };
  struct Plan {
    std::string title;  ///< stands before the round
    std::vector<Configuration> configurations;
    int first_round = 1;  ///< 0: round 0 measures memory
    int rounds = 1;       ///< the last
    /// All runs take about the same time, and nothing follows the last round: expect() is not needed.
    bool is_even = false;
  };
  BenchProgress(cli::ProgressForm form, const cli::Messages& messages, Plan plan);
  BenchProgress(const BenchProgress&) = delete;
  BenchProgress& operator=(const BenchProgress&) = delete;
  ~BenchProgress();

  /// How many seconds a run of each configuration takes in round 0 and in the others, and what follows the
  /// last round. Before this is known no time left is shown.
  void expect(const std::vector<double>& memory_runs, const std::vector<double>& runs, double later);
  void begin_round(int round);
  void begin_run(std::size_t configuration, Clock::time_point now = Clock::now());
  /// Draws the lines again, at most ten times a second.
  void update(Clock::time_point now = Clock::now());
  /// `figure`: none in round 0.
  void end_run(std::optional<double> figure, Clock::time_point now = Clock::now());
  /// Erases the lines until the next update().
  void erase();

  /// The lines, as many as fit. `columns` is the room of the last one.
  [[nodiscard]] std::vector<cli::Line> lines(Clock::time_point now, std::size_t rows,
                                             std::size_t columns) const;

 private:
  struct Runs {
    int next_round = 0;
    double memory_run = 1, run = 1;  ///< in seconds, as expected
    Samples figures;
  };

  /// Of the runs in the rounds from `first` to before `last`.
  [[nodiscard]] static double expected(const Runs& runs, int first, int last);
  [[nodiscard]] std::optional<double> seconds_left(Clock::time_point now) const;
  [[nodiscard]] cli::Line line_of(std::size_t configuration, std::size_t name_width) const;

  const cli::ProgressForm m_form;
  const cli::Messages& m_messages;
  const Plan m_plan;
  std::vector<Runs> m_runs;                 // of each configuration
  double m_later = 0;                       // expected
  std::chrono::duration<double> m_took{0};  // all runs so far
  bool m_is_expected = false;
  int m_round = 0;
  std::size_t m_running = 0;
  Clock::time_point m_began{}, m_drawn{};
};

}  // namespace spritefarm::bench
