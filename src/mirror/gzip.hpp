#pragma once

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// `body` as a gzip file, as level 6 makes it.
std::string gzip(std::string_view body);

/// Whether an Accept-Encoding header's value allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace spritefarm::mirror
