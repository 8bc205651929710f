#pragma once

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// The image host's tag: a SHA-256 in hex, in quotes.
std::string image_tag(std::string_view image);

/// SHA-1 in hex.
std::string sha1_hex(std::string_view bytes);

/// Whether an If-None-Match header's value names this tag, compared weakly.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace spritefarm::mirror
