#pragma once

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// Compresses `body` in gzip format at level 6. Throws std::runtime_error.
std::string gzip(std::string_view body);

/// Whether the value of an Accept-Encoding header allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace spritefarm::mirror
