#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::net {

/// An absolute http or https URL, split into its parts by libcurl's parser, so that checks here apply to the
/// URL that libcurl uses. It has no credentials (`user:password@`): those of a document are dropped, since a
/// link should have none (RFC 9110 §4.2.4), and the user's own travel apart from the URL.
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

/// Whether the text is a URL that parse_url() returns unchanged. Recognises only common ones, but without
/// parsing them.
bool is_plain_url(std::string_view text) noexcept;

/// Parses an absolute URL, after the corrections of strict_reference(). None if it is not http or https, not
/// well-formed, or longer than max_url_size.
std::optional<Url> parse_url(const std::string& text);

/// Resolves a URL reference found in the document at `base` (RFC 3986 §5). None as parse_url(), and for an
/// http URL in a document that came by https.
std::optional<Url> resolve_url(const std::string& base, const std::string& reference);

/// What resolve_url() returns for a document at `base`, to complete "is no …".
std::string_view kind_of_links(std::string_view base) noexcept;

}  // namespace spritefarm::net
