#include "net/host_rate_limits.hpp"

#include "base/fnv1a.hpp"
#include "base/shared_text.hpp"

#include <algorithm>
#include <memory>

namespace spritefarm::net {
namespace {

/// Never 0, which marks a free entry.
std::uint64_t hash(std::string_view text) {
  return std::max<std::uint64_t>(fnv1a(text), 1);
}

}  // namespace

/// An entry of the table (open addressing). The process that first writes a hash claims the entry
/// permanently.
struct HostRateLimits::Entry {
  std::atomic<std::uint64_t> hash{0};
  RateLimiter limiter;
  SharedText<64> origin;
};

HostRateLimits::HostRateLimits(Rate rate)
    : m_rate(rate), m_memory(max_hosts * sizeof(Entry)), m_entries(static_cast<Entry*>(m_memory.data())) {
  std::uninitialized_default_construct_n(m_entries, max_hosts);
}

RateLimiter& HostRateLimits::host(std::string_view origin) noexcept {
  const std::uint64_t wanted = hash(origin);
  for (std::size_t i = 0; i < max_hosts; ++i) {
    Entry& entry = m_entries[(wanted + i) % max_hosts];
    std::uint64_t found = 0;
    if (entry.hash.compare_exchange_strong(found, wanted)) entry.origin.write(origin);
    if (found == 0 || found == wanted) return entry.limiter;
  }
  return m_entries[wanted % max_hosts].limiter;
}

std::vector<HostRateLimits::Pause> HostRateLimits::pauses(RateLimiter::Time now) const {
  std::vector<Pause> all;
  for (std::size_t i = 0; i < max_hosts; ++i)
    if (const auto left = m_entries[i].limiter.retry_after_remaining(now); left.count() > 0)
      all.push_back({m_entries[i].origin.read(), left});
  return all;
}

}  // namespace spritefarm::net
