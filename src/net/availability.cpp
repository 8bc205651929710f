#include "net/availability.hpp"

#include <algorithm>

namespace spritefarm::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// A later time is implausible: a broken process has written it.
constexpr std::chrono::hours max_pause{24};

}  // namespace

nanoseconds Availability::probe_interval(int probe) noexcept {
  constexpr milliseconds first{500}, max{10'000};
  return std::min(first * (1 << std::clamp(probe - 1, 0, 10)), max);
}

Availability::Status Availability::status(Time now, Duration max_away) noexcept {
  // Read first: on_continue() moves the beginning before it clears this.
  const std::int64_t stopped_at = m_stopped_at.load(std::memory_order_acquire);
  const std::int64_t since = m_away_since.load(relaxed);
  if (since == 0 || since > nanoseconds_of(now)) return {};
  const std::int64_t counted_until =
      stopped_at == 0 ? nanoseconds_of(now) : std::min(nanoseconds_of(now), std::max(stopped_at, since));
  std::int64_t next = m_next_probe.load(relaxed);
  if (next - nanoseconds_of(now) > nanoseconds(max_pause).count()) next = nanoseconds_of(now);
  const bool has_asked = m_has_asked.load(relaxed) != 0;
  if (counted_until - since >= max_away.count() || (has_asked && next - since > max_away.count()))
    m_given_up.store(1, relaxed);
  const State state = m_given_up.load(relaxed) != 0 ? State::given_up
                      : next > nanoseconds_of(now)  ? State::away
                                                    : State::probing;
  return {state, time_at(since), time_at(next), has_asked, has_asked ? pause_until() : Time{}};
}

void Availability::on_stop(Time now) noexcept {
  m_stopped_at.store(nanoseconds_of(now), relaxed);
}

void Availability::on_continue(Time now) noexcept {
  const std::int64_t stopped_at = m_stopped_at.load(relaxed);
  std::int64_t since = m_away_since.load(relaxed);
  const std::int64_t stopped_for = nanoseconds_of(now) - std::max(stopped_at, since);
  if (stopped_at != 0 && since != 0 && stopped_for > 0)
    m_away_since.compare_exchange_strong(since, since + stopped_for, relaxed);
  m_stopped_at.store(0, std::memory_order_release);
}

Availability::Time Availability::pause_until() const noexcept {
  return time_at(m_pause_until.load(relaxed));
}

bool Availability::claim_probe(Time now, Duration patience) noexcept {
  std::int64_t due = m_next_probe.load(relaxed);
  return due <= nanoseconds_of(now) &&
         m_next_probe.compare_exchange_strong(due, nanoseconds_of(now + patience), relaxed);
}

bool Availability::on_answer(bool is_probe) noexcept {
  m_answers.fetch_add(1, relaxed);
  if (m_first_unanswered.load(relaxed) != 0) {
    m_second_unanswered.store(0, relaxed);
    m_first_unanswered.store(0, relaxed);
  }
  if (m_away_since.load(relaxed) == 0) return false;
  const bool has_asked = m_has_asked.load(relaxed) != 0;
  if (has_asked && !is_probe) return false;
  m_failed_probes.store(0, relaxed);
  m_given_up.store(0, relaxed);
  m_away_since.store(0, relaxed);
  return has_asked;
}

/// Notes the beginning of an absence. False if the host was away already.
bool Availability::leave(Time now, bool has_asked) noexcept {
  std::int64_t since = 0;
  if (!m_away_since.compare_exchange_strong(since, nanoseconds_of(now), relaxed)) return false;
  m_has_asked.store(has_asked ? 1 : 0, relaxed);
  return true;
}

void Availability::on_unreachable(Time now, bool is_probe, int max_probes) noexcept {
  if (!leave(now, false) && !is_probe) return;
  const int failed = m_failed_probes.fetch_add(1, relaxed) + 1;
  m_next_probe.store(nanoseconds_of(now + probe_interval(failed)), relaxed);
  if (answers() == 0 && failed > max_probes) m_given_up.store(1, relaxed);
}

void Availability::on_silence(Time now, std::uint64_t request, bool is_probe, int max_probes) noexcept {
  const auto is_or_becomes = [request](std::atomic<std::uint64_t>& noted) {
    std::uint64_t other = 0;
    return noted.compare_exchange_strong(other, request, relaxed) || other == request;
  };
  const bool is_third = !is_or_becomes(m_first_unanswered) && !is_or_becomes(m_second_unanswered);
  if (is_probe || is_third) on_unreachable(now, is_probe, max_probes);
}

void Availability::on_refusal(Time now) noexcept {
  if (answers() == 0 && leave(now, false)) m_given_up.store(1, relaxed);
}

void Availability::on_pause(Time now, Time until, bool is_probe) noexcept {
  const bool is_new = leave(now, true);
  if (is_new || is_probe) m_failed_probes.fetch_add(1, relaxed);
  m_has_asked.store(1, relaxed);
  // A claimed probe holds a later time, which the new pause replaces; otherwise the longest pause counts.
  if (is_new || is_probe) {
    m_next_probe.store(nanoseconds_of(until), relaxed);
    m_pause_until.store(nanoseconds_of(until), relaxed);
    return;
  }
  raise(m_pause_until, nanoseconds_of(until));
  raise(m_next_probe, nanoseconds_of(until));
}

}  // namespace spritefarm::net
