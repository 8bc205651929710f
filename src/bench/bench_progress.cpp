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

BenchProgress::BenchProgress(cli::ProgressForm form, const cli::Messages& messages, std::string title,
                             const std::vector<std::string>& configurations, int first_round, int rounds)
    : m_form(form),
      m_messages(messages),
      m_title(std::move(title)),
      m_first_round(first_round),
      m_rounds(rounds),
      m_round(first_round) {
  for (const std::string& name : configurations)
    m_configurations.push_back({.name = name, .round = first_round});
}

BenchProgress::~BenchProgress() {
  if (m_form == cli::ProgressForm::live) m_messages.show_below({});
}

void BenchProgress::expect(const std::vector<double>& memory_runs, const std::vector<double>& runs,
                           double later) {
  for (std::size_t i = 0; i < m_configurations.size(); ++i) {
    m_configurations[i].memory_run = memory_runs[i];
    m_configurations[i].run = runs[i];
  }
  m_later = later;
  m_is_expected = true;
}

void BenchProgress::begin_round(int round) {
  m_round = round;
  if (m_form == cli::ProgressForm::messages && round > 0)
    m_messages.note(fmt::format("{}round {} of {}", m_title, round, m_rounds));
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

void BenchProgress::end_run(std::optional<double> sprites_per_second, Clock::time_point now) {
  Configuration& configuration = m_configurations[m_running];
  ++configuration.round;
  m_took += now - m_began;
  if (sprites_per_second) configuration.sprites_per_second.add(*sprites_per_second);
}

std::vector<cli::Line> BenchProgress::lines(Clock::time_point now, std::size_t rows,
                                            std::size_t columns) const {
  using Rank = cli::ProgressPart::Rank;
  std::size_t name_width = 0;
  std::uint64_t done = 0;
  for (const Configuration& each : m_configurations) {
    name_width = std::max(name_width, text::width_of(each.name));
    done += static_cast<std::uint64_t>(each.round - m_first_round);
  }
  std::vector<cli::Line> lines;
  for (const Configuration& each : m_configurations)
    if (lines.size() + 1 < rows) lines.push_back(line_of(each, name_width));
  std::vector<cli::ProgressPart> parts{
      cli::progress_bar(done,
                        m_configurations.size() * static_cast<std::size_t>(m_rounds + 1 - m_first_round)),
      {m_title + (m_round == 0 ? "memory round" : fmt::format("round {} of {}", m_round, m_rounds)),
       cli::Tone::plain, Rank::count}};
  if (const auto left = seconds_left(now))
    parts.push_back({cli::duration_text(*left) + " left", cli::Tone::plain, Rank::important});
  lines.push_back(cli::progress_line(parts, columns));
  return lines;
}

double BenchProgress::expected(const Configuration& configuration, int first, int last) {
  double seconds = 0;
  for (int round = first; round < last; ++round)
    seconds += round == 0 ? configuration.memory_run : configuration.run;
  return seconds;
}

/// As expected, corrected by what the runs so far have taken. None if less than a second is left.
std::optional<double> BenchProgress::seconds_left(Clock::time_point now) const {
  if (!m_is_expected) return std::nullopt;
  double done = 0, left = m_later;
  for (const Configuration& each : m_configurations) {
    done += expected(each, m_first_round, each.round);
    left += expected(each, each.round, m_rounds + 1);
  }
  const double correction = done > 0 ? m_took.count() / done : 1;
  const Configuration& running = m_configurations[m_running];
  const double run = correction * expected(running, running.round, running.round + 1);
  left = correction * left - std::min(run, std::chrono::duration<double>(now - m_began).count());
  return left >= 1 ? std::optional(left) : std::nullopt;
}

cli::Line BenchProgress::line_of(const Configuration& configuration, std::size_t name_width) const {
  const std::string padding(name_width - text::width_of(configuration.name), ' ');
  cli::Line line{{configuration.name + padding}};
  const Samples& speeds = configuration.sprites_per_second;
  if (!speeds.in_order().empty())
    line.push_back({fmt::format("  {:>6} sprites/s", brief(speeds.median())), cli::Tone::dim});
  if (&configuration == &m_configurations[m_running]) line.push_back({"  running", cli::Tone::done});
  return line;
}

}  // namespace spritefarm::bench
