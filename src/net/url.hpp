#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace spritefarm::net {

/// An absolute http or https URL, split into its parts by libcurl's parser, so that checks here apply to the
/// URL that libcurl uses.
struct Url {
  std::string text;  ///< the whole URL, normalised
  std::string scheme;
  std::string host;
  std::string port;  ///< explicit, or the default of the scheme
  std::string path;

  /// Scheme, host and port (RFC 6454): requests to one origin share connections and a rate limit.
  [[nodiscard]] std::string origin() const { return scheme + "://" + host + ":" + port; }
};

/// The length that every server should support (RFC 9110 §4.1).
inline constexpr std::size_t max_url_size = 8000;

/// Parses an absolute URL. None if it is not http or https, not well-formed, or longer than max_url_size.
std::optional<Url> parse_url(const std::string& text);

/// Resolves a URL reference found in the document at `base` (RFC 3986 §5). None as parse_url().
std::optional<Url> resolve_url(const std::string& base, const std::string& reference);

}  // namespace spritefarm::net
