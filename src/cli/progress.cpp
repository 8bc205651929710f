#include "cli/progress.hpp"

#include "system/terminal.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace spritefarm::cli {
namespace {

constexpr std::chrono::milliseconds between_drawings{100};
constexpr std::chrono::seconds between_messages{10};
constexpr std::chrono::seconds speed_period{5};
constexpr std::size_t bar_columns = 20;

std::string amount(double bytes) {
  if (bytes < 1e3) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

std::string time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

ProgressForm fitting_progress_form() {
  const char* const terminal = std::getenv("TERM");
  const char* const no_color = std::getenv("NO_COLOR");
  const bool is_simple =
      (terminal && std::string_view(terminal) == "dumb") || (no_color && *no_color != '\0');
  return system::is_terminal(stderr) && !is_simple ? ProgressForm::live : ProgressForm::messages;
}

Progress::Progress(ProgressForm form, const Messages& messages, const net::HostRateLimits& rate_limits,
                   const ActivityBoard* board)
    : m_form(form), m_messages(messages), m_rate_limits(rate_limits), m_board(board) {
  m_samples.push_back({Clock::now(), {}});
  if (form != ProgressForm::none) m_thread = std::thread([this] { run(); });
}

Progress::~Progress() {
  finish();
  if (m_thread.joinable()) m_thread.join();
}

void Progress::finish() {
  {
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_finished, true)) return;
    if (m_form == ProgressForm::live) m_messages.show_below({});
  }
  m_changed.notify_all();
}

void Progress::expect(std::uint64_t tasks) {
  const std::lock_guard lock(m_mutex);
  m_expected = tasks;
}

void Progress::add(const ProgressCount& count) {
  const std::lock_guard lock(m_mutex);
  m_count += count;
}

void Progress::run() {
  std::unique_lock lock(m_mutex);
  const auto pause = m_form == ProgressForm::live ? Clock::duration(between_drawings) : between_messages;
  while (!m_changed.wait_for(lock, pause, [this] { return m_finished; })) show();
}

void Progress::show() {
  const auto now = Clock::now();
  m_samples.push_back({now, m_count});
  while (m_samples.size() > 2 && m_samples[1].at + speed_period < now) m_samples.pop_front();
  std::vector<std::string> shown_parts = parts();
  if (m_form == ProgressForm::messages) {
    std::string text;
    for (const std::string& part : shown_parts) text += (text.empty() ? "" : ", ") + part;
    return m_messages.note(text);
  }
  const auto [columns, rows] = system::terminal_size(stderr);
  std::string text = m_expected && columns >= 50 ? bar() : "";
  // A part that does not fit is omitted.
  for (const std::string& part : shown_parts) {
    const std::string more = (text.empty() ? "" : "  ") + part;
    if (text::width_of(text) + text::width_of(more) < static_cast<std::size_t>(columns)) text += more;
  }
  std::vector<std::string> lines = worker_lines(static_cast<std::size_t>(std::max(rows / 2 - 1, 0)));
  lines.push_back(std::move(text));
  m_messages.show_below(std::move(lines));
}

/// The parts of the progress line, the most important first.
std::vector<std::string> Progress::parts() {
  const Sample& before = m_samples.front();
  const double seconds = std::chrono::duration<double>(m_samples.back().at - before.at).count();
  const auto per_second = [&](std::uint64_t now, std::uint64_t then) {
    return seconds > 0 ? static_cast<double>(now - then) / seconds : 0;
  };
  std::vector<std::string> all;
  all.push_back(m_expected ? fmt::format("{} of {} pokémon", m_count.tasks, *m_expected)
                           : "reading the index");
  if (m_count.sprites > 0) all.push_back(text::counted(m_count.sprites, "sprite", "sprites"));
  if (m_count.failed > 0) all.push_back(fmt::format("{} failed", m_count.failed));
  for (const net::HostRateLimits::Pause& pause : m_rate_limits.pauses(Clock::now()))
    all.push_back(fmt::format("{} asks for a pause of {:.0f} s", pause.origin,
                              std::chrono::duration<double>(pause.left).count()));
  if (const double speed = per_second(m_count.tasks, before.count.tasks);
      m_expected && speed > 0 && *m_expected > m_count.tasks)
    all.push_back(time(static_cast<double>(*m_expected - m_count.tasks) / speed) + " left");
  if (m_count.sprites > 0) {
    all.push_back(fmt::format("{:.0f} sprites/s", per_second(m_count.sprites, before.count.sprites)));
    all.push_back(amount(per_second(m_count.bytes, before.count.bytes)) + "/s");
  }
  if (m_count.retries > 0) all.push_back(text::counted(m_count.retries, "retry", "retries"));
  return all;
}

std::string Progress::bar() const {
  const std::uint64_t done = std::min(m_count.tasks, *m_expected);
  const std::size_t filled = *m_expected == 0 ? bar_columns : bar_columns * done / *m_expected;
  std::string text;
  for (std::size_t i = 0; i < bar_columns; ++i) text += i < filled ? "█" : "░";
  return text;
}

/// A line for each worker; if there are more than `max_lines`, the last line counts the rest.
std::vector<std::string> Progress::worker_lines(std::size_t max_lines) const {
  std::vector<std::string> lines;
  if (!m_board) return lines;
  const std::vector<ActivityBoard::Activity> workers = m_board->read();
  const std::size_t shown =
      workers.size() <= max_lines ? workers.size() : max_lines - std::min<std::size_t>(max_lines, 1);
  for (std::size_t i = 0; i < shown; ++i)
    lines.push_back(fmt::format("worker {:<3} {:>4} in flight {:>6} done  {}", i + 1, workers[i].in_flight,
                                workers[i].done, workers[i].in_flight > 0 ? workers[i].pokemon : "-"));
  if (shown < workers.size() && max_lines > 0)
    lines.push_back(fmt::format("and {} more workers", workers.size() - shown));
  return lines;
}

}  // namespace spritefarm::cli
