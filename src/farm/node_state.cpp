#include "farm/node_state.hpp"

#include "farm/rate_division.hpp"

#include <algorithm>

namespace spritefarm::farm {

void NodeState::take(std::string_view text, Time now) {
  const std::optional<RunNotice> notice = decode_notice<RunNotice>(text);
  if (!notice || notice->run == 0) return;
  Run& run = m_runs[notice->run];
  run.heard = now;
  if (notice->epoch >= run.epoch) {
    const auto own = std::find_if(notice->parts.begin(), notice->parts.end(),
                                  [this](const RateDivision::Part& part) { return part.name == m_node; });
    const double part = own == notice->parts.end() ? 0 : own->part;
    m_hosts->shares().grant(notice->run, part, now + RateDivision::part_lasts);
    run.epoch = notice->epoch;
  }
  for (const HostPause& pause : notice->pauses) HostPauses::add(pause, *m_hosts, now);
}

std::string NodeState::status(Time now) {
  std::erase_if(m_runs, [now](const auto& run) { return now - run.second.heard > RateDivision::lost_after; });
  NodeNotice notice{.pauses = m_pauses.of(*m_hosts, now)};
  for (const auto& [run, state] : m_runs) notice.runs.push_back({run, state.epoch});
  return encode_notice(notice);
}

}  // namespace spritefarm::farm
