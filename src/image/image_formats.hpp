#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string_view>

namespace spritefarm::image {

/// Each verifies that the bytes begin with a complete image of its format, and returns the number of bytes
/// after its end. The bytes must begin with the signature of the format; the rest may be anything.
Result<std::size_t> check_png(std::string_view bytes);
Result<std::size_t> check_gif(std::string_view bytes);
Result<std::size_t> check_svg(std::string_view bytes);

}  // namespace spritefarm::image
