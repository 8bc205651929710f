#include "farm/host_pauses.hpp"

#include <algorithm>

namespace spritefarm::farm {
namespace {

// A HostTable truncates longer origins.
constexpr std::size_t max_origin = 60;
// A pause that another machine tells lasts longer by this than it should, at most: its age is rounded.
constexpr auto tolerance = HostPause::age_step + std::chrono::seconds(1);

}  // namespace

std::vector<HostPause> HostPauses::of(const net::HostTable& hosts, Time now) {
  std::vector<HostPause> pauses;
  std::map<std::string, Seen> seen;
  for (const net::HostTable::Absence& absence : hosts.absences(now)) {
    const Time until = absence.status.pause_until;
    if (!absence.status.has_asked || until <= now || absence.origin.size() > max_origin) continue;
    const auto known = m_seen.find(absence.origin);
    const bool is_known = known != m_seen.end() && known->second.until == until;
    const Seen& entry = seen[absence.origin] = is_known ? known->second : Seen{now, until};
    pauses.push_back({absence.origin, absence.reason, entry.until - entry.at,
                      (now - entry.at) / HostPause::age_step * HostPause::age_step});
  }
  m_seen = std::move(seen);
  return pauses;
}

void HostPauses::add(const HostPause& pause, net::HostTable& hosts, Time now) {
  const std::chrono::nanoseconds left =
      std::min<std::chrono::nanoseconds>(pause.length, std::chrono::hours(24)) - pause.age;
  if (left.count() <= 0 || pause.age.count() < 0 || pause.origin.size() > max_origin) return;
  net::Host& host = hosts.host(pause.origin);
  if (now + left <= host.availability.pause_until() + tolerance) return;
  host.availability.on_pause(now, now + left, false);
  host.absence_reason.write(pause.reason);
}

}  // namespace spritefarm::farm
