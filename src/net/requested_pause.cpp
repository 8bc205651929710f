#include "net/requested_pause.hpp"

#include "net/freshness.hpp"
#include "text/ascii_case.hpp"
#include "text/trim.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace spritefarm::net {
namespace {

using std::chrono::seconds;
using Pause = std::optional<seconds>;

constexpr std::int64_t longest = 86'400;  // seconds: a day

Pause bounded(std::int64_t count) {
  return seconds(std::clamp<std::int64_t>(count, 0, longest));
}

/// A whole number of seconds, at most a day.
Pause delay(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range && !text.starts_with('-')) return bounded(longest);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return bounded(count);
}

Pause retry_after(const std::string& value, std::time_t now) {
  if (const Pause pause = delay(value)) return pause;
  const std::optional<std::time_t> until = http_date(value);
  return until ? bounded(*until - now) : std::nullopt;
}

/// GitHub sends the time of the reset, others the seconds until then. Both are plain numbers.
Pause reset(std::string_view value, std::time_t now) {
  constexpr std::int64_t year_2001 = 1'000'000'000;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return bounded(number >= year_2001 ? number - now : number);
}

/// The parameter t of the first policy whose r is 0, as in `"hour";r=0;t=1800`.
Pause spent_policy(std::string_view value) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    std::string_view policy = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    bool is_spent = false;
    Pause pause;
    while (!policy.empty()) {
      const std::size_t semicolon = std::min(policy.find(';'), policy.size());
      const std::string_view parameter = text::trim(policy.substr(0, semicolon));
      policy.remove_prefix(std::min(semicolon + 1, policy.size()));
      if (parameter == "r=0") is_spent = true;
      if (parameter.starts_with("t=")) pause = delay(parameter.substr(2));
    }
    if (is_spent && pause) return pause;
  }
  return std::nullopt;
}

}  // namespace

void PauseHeaders::take(std::string_view name, std::string_view value) {
  const std::array<std::pair<std::string_view, std::string*>, 5> known{
      {{"retry-after", &retry_after},
       {"x-ratelimit-remaining", &rate_limit_remaining},
       {"x-ratelimit-reset", &rate_limit_reset},
       {"ratelimit", &rate_limit},
       {"date", &date}}};
  for (const auto& [header, field] : known)
    if (text::equal_ignoring_case(name, header)) *field = value;
}

PauseRequest requested_pause(long status, const PauseHeaders& headers, std::time_t now) {
  if (status != 429 && status != 503 && status != 403) return {};
  const std::time_t server_time = http_date(headers.date).value_or(now);
  PauseRequest request;
  request.pause = retry_after(headers.retry_after, server_time);
  const bool has_retry_after = request.pause.has_value();
  if (!request.pause && headers.rate_limit_remaining == "0")
    request.pause = reset(headers.rate_limit_reset, server_time);
  if (!request.pause) request.pause = spent_policy(headers.rate_limit);
  request.is_throttled = status == 429 || (status == 403 && request.pause.has_value()) || has_retry_after;
  return request;
}

}  // namespace spritefarm::net
