#pragma once

#include <string>
#include <string_view>

namespace spritefarm::text {

/// Encodes `text` for use in the path of a URL (RFC 3986 §2.1): every byte becomes %XX, except letters,
/// digits and - . _ ~ /
std::string percent_encoded(std::string_view text);

}  // namespace spritefarm::text
