#include "net/freshness.hpp"

#include "net/curl_handles.hpp"
#include "text/ascii_case.hpp"
#include "text/trim.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace spritefarm::net {
namespace {

using std::chrono::seconds;

constexpr std::string_view blanks = " \t\"";
constexpr seconds::rep a_day = 86'400, a_year = 365 * a_day;

/// Parses delta-seconds (RFC 9111 §1.2.2): digits only; a year if the number overflows.
std::optional<seconds::rep> parse_delta_seconds(std::string_view text) {
  text = text::trim(text, blanks);
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  seconds::rep number = 0;
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{} ? number : a_year;
}

}  // namespace

std::optional<std::time_t> http_date(const std::string& header) {
  const std::time_t time = header.empty() ? -1 : curl_getdate(header.c_str(), nullptr);
  return time == -1 ? std::nullopt : std::optional(time);
}

seconds freshness_lifetime(const CachingHeaders& headers, std::time_t now) {
  const std::string directives = text::lower_case(headers.cache_control);
  std::optional<seconds::rep> max_age;
  for (std::string_view rest = directives; !rest.empty();) {
    const std::string_view directive = text::trim(rest.substr(0, rest.find(',')), blanks);
    rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
    if (directive == "no-cache" || directive == "no-store") return seconds(0);
    constexpr std::string_view name = "max-age=";
    if (directive.starts_with(name) && !max_age)
      max_age = parse_delta_seconds(directive.substr(name.size()))
                    .value_or(0);  // malformed: stale (RFC 9111 §4.2.1)
  }
  if (max_age)
    return seconds(
        std::clamp<seconds::rep>(*max_age - parse_delta_seconds(headers.age).value_or(0), 0, a_year));
  const std::optional<std::time_t> modified = http_date(headers.last_modified);
  return modified ? seconds(std::clamp<seconds::rep>((now - *modified) / 10, 0, a_day)) : seconds(0);
}

}  // namespace spritefarm::net
