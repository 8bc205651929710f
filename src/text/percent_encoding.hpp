#pragma once

#include <string>
#include <string_view>

namespace spritefarm::text {

/// `text` as a part of a URL's path: each byte that is no letter, no digit and none of - . _ ~ / as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace spritefarm::text
