#include "cli/progress.hpp"

#include "posix/threads.hpp"
#include "system/terminal.hpp"
#include "text/clock_time.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <string_view>
#include <utility>

namespace spritefarm::cli {
namespace {

constexpr std::chrono::milliseconds between_drawings{100};
constexpr std::chrono::seconds between_messages{10};
constexpr std::chrono::seconds between_announcements{1};
constexpr std::chrono::seconds speed_period{5};
constexpr std::chrono::seconds min_announced{2};  // shorter absences are not told
constexpr std::size_t max_rows = 20;              // of a message
constexpr std::chrono::seconds min_left{1};       // a shorter time left is not shown

/// Until when a host that is away is left alone.
std::string countdown(const net::HostTable::Absence& absence) {
  const std::chrono::duration<double> left = absence.status.next_probe - Progress::Clock::now();
  const std::string_view origin = absence.origin;
  const std::size_t scheme = origin.find("://");
  return fmt::format("{} {} {}", origin.substr(scheme == origin.npos ? 0 : scheme + 3),
                     absence.status.has_asked ? "asks for a pause:" : "is away: next try in",
                     duration_text(std::max(std::ceil(left.count()), 0.0)));
}

}  // namespace

ProgressForm fitting_progress_form() {
  return system::is_terminal(stderr) && has_capable_terminal() ? ProgressForm::live : ProgressForm::messages;
}

std::string_view farewell(ProgressForm form) noexcept {
  return form == ProgressForm::live ? Messages::erase_below : "";
}

Progress::Progress(ProgressForm form, const Messages& messages, const net::HostTable& hosts,
                   ProgressRows rows)
    : m_form(form), m_messages(messages), m_hosts(hosts), m_rows(std::move(rows)) {
  m_samples.push_back({Clock::now(), {}});
  if (form != ProgressForm::none) m_thread = posix::start_thread([this] { run(); });
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

void Progress::suspend() {
  const std::lock_guard lock(m_mutex);
  m_suspended = true;
  if (m_form == ProgressForm::live && !m_finished) m_messages.show_below({});
}

void Progress::resume() {
  const std::lock_guard lock(m_mutex);
  m_suspended = false;
  m_samples.assign({Sample{Clock::now(), m_count}});
  m_announced.clear();  // they are given up later than was told
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
  const bool is_live = m_form == ProgressForm::live;
  auto next_message = Clock::now() + between_messages;
  while (!m_changed.wait_for(lock, is_live ? between_drawings : between_announcements,
                             [this] { return m_finished; })) {
    try {
      if (is_live) {
        show();
        continue;
      }
      announce_absences();
      if (Clock::now() < next_message) continue;
      next_message += between_messages;
      show();
    } catch (const std::bad_alloc&) {  // the next time may find room
    }
  }
}

void Progress::show() {
  if (m_suspended) return;
  const auto now = Clock::now();
  m_samples.push_back({now, m_count});
  while (m_samples.size() > 2 && m_samples[1].at + speed_period < now) m_samples.pop_front();
  if (m_form == ProgressForm::live) announce_absences();
  if (m_form == ProgressForm::messages) {
    m_messages.note(progress_message(parts()));
    for (const Line& row : row_lines(max_rows)) m_messages.detail(row);
    return;
  }
  const auto [columns, rows] = system::terminal_size(stderr);
  std::vector<Line> lines = row_lines(static_cast<std::size_t>(std::max(rows / 2 - 1, 0)));
  lines.push_back(progress_line(parts(), static_cast<std::size_t>(columns - 1)));
  m_messages.show_below(lines);
}

/// Tells once of each host that is away for longer than most absences last.
void Progress::announce_absences() {
  const Clock::time_point now = Clock::now();
  std::set<std::string> away;
  for (const net::HostTable::Absence& absence : m_hosts.absences(now)) {
    const net::Availability::Status& status = absence.status;
    if (status.state == net::Availability::State::given_up ||
        (now - status.since < min_announced && status.next_probe - now < min_announced))
      continue;
    away.insert(absence.origin);
    if (m_announced.contains(absence.origin)) continue;
    const auto give_up_at = status.since + m_hosts.settings().max_absence;
    m_messages.warning(status.has_asked
                           ? fmt::format("{} asks for a pause until {} ({})", absence.origin,
                                         text::clock_time(status.next_probe - now), absence.reason)
                           : fmt::format("{} does not answer ({}); it is tried again until {}",
                                         absence.origin, absence.reason, text::clock_time(give_up_at - now)));
  }
  m_announced = std::move(away);
}

std::vector<ProgressPart> Progress::parts() const {
  using Rank = ProgressPart::Rank;
  const Sample& before = m_samples.front();
  const double seconds = std::chrono::duration<double>(m_samples.back().at - before.at).count();
  const auto per_second = [&](std::uint64_t now, std::uint64_t then) {
    return seconds > 0 ? static_cast<double>(now - then) / seconds : 0;
  };
  std::vector<ProgressPart> all;
  if (m_expected) all.push_back(progress_bar(m_count.tasks, *m_expected));
  all.push_back(
      {m_expected ? fmt::format("{} of {} pokémon", m_count.tasks, *m_expected) : "reading the index",
       Tone::plain, Rank::count});
  for (const net::HostTable::Absence& absence : m_hosts.absences(Clock::now()))
    if (m_announced.contains(absence.origin)) all.push_back({countdown(absence), Tone::warning, Rank::pause});
  if (m_count.failed > 0)
    all.push_back({fmt::format("{} failed", m_count.failed), Tone::failed, Rank::important});
  if (m_count.sprites > 0)
    all.push_back({text::counted(m_count.sprites, "sprite", "sprites"), Tone::plain, Rank::other});
  if (const double speed = per_second(m_count.tasks, before.count.tasks);
      m_expected && speed > 0 && m_announced.empty())
    if (const double left = static_cast<double>(*m_expected - std::min(m_count.tasks, *m_expected)) / speed;
        left >= std::chrono::duration<double>(min_left).count())
      all.push_back({duration_text(left) + " left", Tone::plain, Rank::important});
  if (m_count.sprites > 0) {
    all.push_back({fmt::format("{:.0f} sprites/s", per_second(m_count.sprites, before.count.sprites)),
                   Tone::dim, Rank::other});
    all.push_back(
        {text::scaled_bytes(per_second(m_count.bytes, before.count.bytes)) + "/s", Tone::dim, Rank::other});
  }
  if (m_count.retries > 0)
    all.push_back({text::counted(m_count.retries, "retry", "retries"), Tone::dim, Rank::other});
  return all;
}

/// If there are more than `max_lines` rows, the last line counts the rest.
std::vector<Line> Progress::row_lines(std::size_t max_lines) const {
  std::vector<Line> lines;
  if (!m_rows.read) return lines;
  const std::vector<std::string> rows = m_rows.read();
  const std::size_t shown =
      rows.size() <= max_lines ? rows.size() : max_lines - std::min<std::size_t>(max_lines, 1);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back({{rows[i], Tone::dim}});
  if (shown < rows.size() && max_lines > 0)
    lines.push_back({{fmt::format("and {} more {}", rows.size() - shown, m_rows.kind), Tone::dim}});
  return lines;
}

}  // namespace spritefarm::cli
