#pragma once

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// The ETag of the image host: the SHA-256 of the image in hex, quoted.
std::string image_tag(std::string_view image);

/// The SHA-1 of `bytes` in hex.
std::string sha1_hex(std::string_view bytes);

/// Whether the value of an If-None-Match header lists `tag`, by weak comparison (RFC 9110, section 8.8.3.2).
bool matches_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace spritefarm::mirror
