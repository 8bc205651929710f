#include "bench/bench_progress.hpp"

#include "bench/metric_text.hpp"
#include "cli/progress_line.hpp"
#include "system/terminal.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spritefarm::bench {
namespace {

constexpr std::chrono::milliseconds between_drawings{100};

}  // namespace

BenchProgress::BenchProgress(cli::ProgressForm form, const cli::Messages& messages, Plan plan)
    : m_form(form),
      m_messages(messages),
      m_plan(std::move(plan)),
      m_runs(m_plan.configurations.size(), Runs{.next_round = m_plan.first_round}),
      m_round(m_plan.first_round) {}

BenchProgress::~BenchProgress() {
  erase();
}

void BenchProgress::erase() {
  if (m_form == cli::ProgressForm::live) m_messages.show_below({});
}

void BenchProgress::expect(const std::vector<double>& memory_runs, const std::vector<double>& runs,
                           double later) {
  for (std::size_t i = 0; i < m_runs.size(); ++i) {
    m_runs[i].memory_run = memory_runs[i];
    m_runs[i].run = runs[i];
  }
  m_later = later;
  m_is_expected = true;
}

void BenchProgress::begin_round(int round) {
  m_round = round;
  if (m_form == cli::ProgressForm::messages && round > 0)
    m_messages.note(fmt::format("{}round {} of {}", m_plan.title, round, m_plan.rounds));
}

void BenchProgress::begin_run(std::size_t configuration, Clock::time_point now) {
  m_running = configuration;
  m_began = now;
}

void BenchProgress::update(Clock::time_point now) {
  if (m_form != cli::ProgressForm::live || now - m_drawn < between_drawings) return;
  m_drawn = now;
  const auto [columns, rows] = system::terminal_size(stderr);
  m_messages.show_below(
      lines(now, static_cast<std::size_t>(rows - 1), static_cast<std::size_t>(columns - 1)));
}

void BenchProgress::end_run(std::optional<double> figure, Clock::time_point now) {
  Runs& runs = m_runs[m_running];
  ++runs.next_round;
  m_took += now - m_began;
  if (figure) runs.figures.add(*figure);
}

std::vector<cli::Line> BenchProgress::lines(Clock::time_point now, std::size_t rows,
                                            std::size_t columns) const {
  using Rank = cli::ProgressPart::Rank;
  std::size_t name_width = 0;
  std::size_t done = 0;
  for (std::size_t i = 0; i < m_runs.size(); ++i) {
    name_width = std::max(name_width, text::width_of(m_plan.configurations[i].name));
    done += static_cast<std::size_t>(m_runs[i].next_round - m_plan.first_round);
  }
  std::vector<cli::Line> lines;
  for (std::size_t i = 0; i < m_runs.size(); ++i)
    if (lines.size() + 1 < rows) lines.push_back(line_of(i, name_width));
  std::vector<cli::ProgressPart> parts{
      cli::progress_bar(done,
                        m_runs.size() * static_cast<std::size_t>(m_plan.rounds + 1 - m_plan.first_round)),
      {m_plan.title + (m_round == 0 ? "memory round" : fmt::format("round {} of {}", m_round, m_plan.rounds)),
       cli::Tone::plain, Rank::count}};
  if (const auto left = seconds_left(now))
    parts.push_back({cli::duration_text(*left) + " left", cli::Tone::plain, Rank::important});
  lines.push_back(cli::progress_line(parts, columns));
  return lines;
}

double BenchProgress::expected(const Runs& runs, int first, int last) {
  double seconds = 0;
  for (int round = first; round < last; ++round) seconds += round == 0 ? runs.memory_run : runs.run;
  return seconds;
}

/// As expected, corrected by what the runs so far have taken. None if less than a second is left.
std::optional<double> BenchProgress::seconds_left(Clock::time_point now) const {
  double done = 0, left = m_later;
  for (const Runs& each : m_runs) {
    done += expected(each, m_plan.first_round, each.next_round);
    left += expected(each, each.next_round, m_plan.rounds + 1);
  }
  if (!m_is_expected && !(m_plan.is_even && done > 0)) return std::nullopt;
  const double correction = done > 0 ? m_took.count() / done : 1;
  const Runs& running = m_runs[m_running];
  const double run = correction * expected(running, running.next_round, running.next_round + 1);
  left = correction * left - std::min(run, std::chrono::duration<double>(now - m_began).count());
  return left >= 1 ? std::optional(left) : std::nullopt;
}

cli::Line BenchProgress::line_of(std::size_t configuration, std::size_t name_width) const {
  const auto& [name, unit] = m_plan.configurations[configuration];
  cli::Line line{{name + std::string(name_width - text::width_of(name), ' ')}};
  if (const Samples& figures = m_runs[configuration].figures; !figures.in_order().empty())
    line.push_back({fmt::format("  {:>7} {}", brief(figures.median()), unit), cli::Tone::dim});
  if (configuration == m_running) line.push_back({"  running", cli::Tone::done});
  return line;
}

}  // namespace spritefarm::bench
