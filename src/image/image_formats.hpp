#pragma once

#include "base/result.hpp"

#include <optional>
#include <string_view>

namespace spritefarm::image {

/// Each looks at the bytes of a file that begins as its kind does: nothing for a whole one, or what is wrong
/// with it. The bytes may be anything; all are read once, from the start.
Result<void> check_png(std::string_view bytes);
Result<void> check_gif(std::string_view bytes);
Result<void> check_svg(std::string_view bytes);

}  // namespace spritefarm::image
