#pragma once

#include "base/result.hpp"

#include <optional>
#include <string_view>

namespace spritefarm::image {

/// Each looks at the bytes of a file that begins as its kind does: nothing for a whole one, or what is wrong
/// with it. The bytes may be anything; all are read once, from the start.
std::optional<Error> find_png_fault(std::string_view bytes);
std::optional<Error> find_gif_fault(std::string_view bytes);
std::optional<Error> find_svg_fault(std::string_view bytes);

}  // namespace spritefarm::image
