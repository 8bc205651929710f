#include "net/lenient_url.hpp"

#include "text/ascii_case.hpp"
#include "text/percent_encoding.hpp"

#include <algorithm>
#include <cstddef>

namespace spritefarm::net {
namespace {

bool is_blank_or_control(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

std::string without_blanks_around(std::string_view text) {
  while (!text.empty() && is_blank_or_control(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank_or_control(text.back())) text.remove_suffix(1);
  std::string result(text);
  result.erase(std::remove_if(result.begin(), result.end(),
                              [](char c) { return c == '\t' || c == '\n' || c == '\r'; }),
               result.end());
  return result;
}

/// Percent-encodes the bytes that may not stand in a URL; a '%' stays.
std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    constexpr std::string_view unsafe = "\"<>`{}";
    if (is_blank_or_control(c) || static_cast<unsigned char>(c) >= 0x80 || unsafe.find(c) != unsafe.npos)
      result += text::percent_encoded(std::string_view(&c, 1));
    else
      result += c;
  }
  return result;
}

/// `user@HOST:port` with the host in lower case.
std::string strict_authority(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  const std::size_t host = at == authority.npos ? 0 : at + 1;
  return encoded(authority.substr(0, host)) + text::lower_case(authority.substr(host));
}

}  // namespace

std::string strict_reference(std::string_view text, std::string_view base_scheme) {
  std::string reference = without_blanks_around(text);
  const std::size_t path_end = std::min(reference.find_first_of("?#"), reference.size());
  std::replace(reference.begin(), reference.begin() + static_cast<std::ptrdiff_t>(path_end), '\\', '/');

  std::string_view rest = reference;
  const std::size_t colon = rest.find_first_of(":/?#");
  const bool has_scheme = colon != rest.npos && rest[colon] == ':';
  std::string scheme(base_scheme);
  if (has_scheme) {
    scheme = text::lower_case(rest.substr(0, colon));
    if (scheme != "http" && scheme != "https") return encoded(reference);
    rest.remove_prefix(colon + 1);
  }
  const std::size_t slashes = std::min(rest.find_first_not_of('/'), rest.size());
  const bool names_host = slashes >= 2 || (has_scheme && scheme != base_scheme);
  if (!names_host || scheme.empty()) return encoded(rest);
  rest.remove_prefix(slashes);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  return scheme + "://" + strict_authority(rest.substr(0, authority_end)) +
         encoded(rest.substr(authority_end));
}

}  // namespace spritefarm::net
