#pragma once

#include <string>
#include <string_view>

namespace spritefarm::text {

/// The text for a terminal that does not show UTF-8. The characters beyond ASCII that this program writes
/// have a substitute; any other is escaped.
std::string ascii(std::string_view text);

}  // namespace spritefarm::text
