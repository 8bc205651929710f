#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace spritefarm::net {

/// An absolute http or https URL, taken apart by libcurl's own parser, so that what is judged here is what
/// libcurl will do.
struct Url {
  std::string text;  ///< the whole, normalised
  std::string scheme;
  std::string host;
  std::string port;  ///< also where it is the scheme's own
  std::string path;

  /// What shares a connection: scheme, host and port.
  [[nodiscard]] std::string origin() const { return scheme + "://" + host + ":" + port; }
};

/// What servers can be expected to take (RFC 9110, 4.1).
inline constexpr std::size_t max_url_size = 8000;

/// Nothing for what is no absolute http or https URL, or too long.
std::optional<Url> parse_url(const std::string& text);

/// What `reference`, found in the document at `base`, stands for.
std::optional<Url> resolve_url(const std::string& base, const std::string& reference);

}  // namespace spritefarm::net
