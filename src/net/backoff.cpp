#include "net/backoff.hpp"

#include "net/curl_handles.hpp"

#include <algorithm>
#include <charconv>

namespace spritefarm::net {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds Backoff::delay(int attempt, std::optional<seconds> retry_after) {
  const milliseconds full = std::min(first_delay * (1 << std::clamp(attempt - 1, 0, 10)), max_delay);
  std::uniform_int_distribution<milliseconds::rep> jitter(full.count() / 2, full.count());
  const milliseconds delay(jitter(m_random));
  if (!retry_after) return delay;
  return std::max<milliseconds>(delay, std::min<seconds>(*retry_after, max_retry_after));
}

std::optional<seconds> parse_retry_after(const std::string& value, std::time_t now) {
  constexpr long a_day = 86'400;  // more than max_retry_after, and far from an overflow
  long count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error == std::errc::result_out_of_range && !value.starts_with('-')) return seconds(a_day);
  if (error == std::errc{} && end == value.data() + value.size())
    return seconds(std::clamp(count, 0L, a_day));
  const std::time_t date = curl_getdate(value.c_str(), nullptr);
  if (date == -1) return std::nullopt;
  return seconds(std::clamp<std::time_t>(date - now, 0, a_day));
}

}  // namespace spritefarm::net
