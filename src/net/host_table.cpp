#include "net/host_table.hpp"

#include "base/fnv1a.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace spritefarm::net {
namespace {

constexpr std::size_t max_hosts = RateShares::max_hosts;

/// Never 0, which marks a free entry.
std::uint64_t hash(std::string_view text) {
  return std::max<std::uint64_t>(fnv1a(text), 1);
}

/// A burst of bytes is a tenth of a second's.
Rate rate_of_bytes(double per_second) {
  return {per_second, static_cast<int>(std::clamp(per_second / 10, 1.0, 1e9))};
}

/// How long a machine without a part of its run's rates waits before it looks again.
constexpr std::chrono::milliseconds no_share_delay{200};

}  // namespace

Host::Time Host::last_byte() const noexcept {
  return time_at(m_last_byte.load(std::memory_order_relaxed));
}

void Host::set_last_byte(Time now) noexcept {
  m_last_byte.store(nanoseconds_of(now), std::memory_order_relaxed);
}

/// An entry of the table (open addressing). The process that first writes a hash claims the entry
/// permanently.
struct HostTable::Entry {
  std::atomic<std::uint64_t> hash{0};
  Host host;
  SharedText<64> origin;
};

struct HostTable::Shared {
  std::atomic<HomeNetwork> home{HomeNetwork::unknown};
  RateLimiter bytes;
  RateShares shares;
  std::array<Entry, max_hosts> entries;
};

HostTable::HostTable(const Settings& settings)
    : m_settings(settings),
      m_byte_rate(rate_of_bytes(settings.bytes_per_second)),
      m_memory(std::make_shared<posix::SharedMemory>(sizeof(Shared))),
      m_shared(new (m_memory->data()) Shared) {}

HostTable::HostTable(const Settings& settings, const HostTable& other)
    : m_settings(settings),
      m_byte_rate(rate_of_bytes(settings.bytes_per_second)),
      m_memory(other.m_memory),
      m_shared(other.m_shared) {}

Host& HostTable::host(std::string_view origin) noexcept {
  const std::uint64_t wanted = hash(origin);
  for (std::size_t i = 0; i < max_hosts; ++i) {
    Entry& entry = m_shared->entries[(wanted + i) % max_hosts];
    std::uint64_t found = 0;
    if (entry.hash.compare_exchange_strong(found, wanted)) entry.origin.write(origin);
    if (found == 0 || found == wanted) return entry.host;
  }
  return m_shared->entries[wanted % max_hosts].host;
}

RateShares& HostTable::shares() noexcept {
  return m_shared->shares;
}

/// None: the run has no part here, now.
std::optional<HostTable::Limit> HostTable::limit(Host& host, Host::Time now) noexcept {
  if (m_settings.run == 0 || !m_settings.rate.is_limited()) return Limit{&host.limiter, m_settings.rate};
  RateShares::Share* const share = m_shared->shares.find(m_settings.run);
  const double part = share == nullptr ? 0 : share->part(now);
  if (part <= 0) return std::nullopt;
  std::size_t index = 0;
  while (index + 1 < max_hosts && &m_shared->entries[index].host != &host) ++index;
  return Limit{&share->hosts[index], m_settings.is_rate_whole ? m_settings.rate : m_settings.rate.part(part)};
}

std::optional<Host::Time> HostTable::acquire(Host& host, Host::Time now, std::int64_t requests) noexcept {
  const std::optional<Limit> found = limit(host, now);
  if (!found) return std::nullopt;
  return found->limiter->acquire(found->rate, now, requests);
}

void HostTable::resume_at(Host& host, Host::Time time) noexcept {
  if (const std::optional<Limit> found = limit(host, time)) found->limiter->resume_at(found->rate, time);
}

Host::Time HostTable::take_bytes(std::int64_t bytes, Host::Time now) noexcept {
  if (m_settings.run == 0 || !m_byte_rate.is_limited())
    return m_shared->bytes.acquire(m_byte_rate, now, bytes);
  RateShares::Share* const share = m_shared->shares.find(m_settings.run);
  const double part = share == nullptr ? 0 : share->part(now);
  if (part <= 0) return now + no_share_delay;
  return share->bytes.acquire(m_byte_rate.part(part), now, bytes);
}

HomeNetwork HostTable::home() const noexcept {
  return m_shared->home.load(std::memory_order_relaxed);
}

void HostTable::learn_home(HomeNetwork network) noexcept {
  HomeNetwork unknown = HomeNetwork::unknown;
  m_shared->home.compare_exchange_strong(unknown, network, std::memory_order_relaxed);
}

void HostTable::on_stop(Host::Time now) noexcept {
  for (Entry& entry : m_shared->entries) entry.host.availability.on_stop(now);
}

void HostTable::on_continue(Host::Time now) noexcept {
  for (Entry& entry : m_shared->entries) entry.host.availability.on_continue(now);
}

std::vector<HostTable::Absence> HostTable::absences(Host::Time now) const {
  std::vector<Absence> all;
  for (Entry& entry : m_shared->entries)
    if (const auto status = entry.host.availability.status(now, m_settings.max_absence);
        status.state != Availability::State::available)
      all.push_back({entry.origin.read(), status, entry.host.absence_reason.read()});
  return all;
}

}  // namespace spritefarm::net
