#pragma once

#include "base/result.hpp"

#include <optional>
#include <string_view>

namespace spritefarm::image {

/// Each verifies that the bytes are one complete image of its format. The bytes must begin with the signature
/// of the format; the rest may be anything.
Result<void> check_png(std::string_view bytes);
Result<void> check_gif(std::string_view bytes);
Result<void> check_svg(std::string_view bytes);

}  // namespace spritefarm::image
