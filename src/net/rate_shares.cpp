#include "net/rate_shares.hpp"

#include <algorithm>

namespace spritefarm::net {

double RateShares::Share::part(Time now) const noexcept {
  const double part = granted.load();
  const bool is_granted = until.load() > nanoseconds_of(now) && part > 0;  // false for a NaN
  return is_granted ? std::min(part, 1.0) : 0;
}

void RateShares::grant(std::uint64_t run, double part, Time until) noexcept {
  Share* share = find(run);
  if (share == nullptr) {
    share = &*std::min_element(m_shares.begin(), m_shares.end(), [](const Share& a, const Share& b) {
      return a.until.load() < b.until.load();
    });
    share->until.store(0);  // no run has it while it changes
    share->run.store(run);
  }
  share->granted.store(part);
  share->until.store(nanoseconds_of(until));
}

RateShares::Share* RateShares::find(std::uint64_t run) noexcept {
  const auto found = std::find_if(m_shares.begin(), m_shares.end(),
                                  [run](const Share& share) { return share.run.load() == run; });
  return found == m_shares.end() ? nullptr : &*found;
}

}  // namespace spritefarm::net
