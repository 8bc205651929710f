#pragma once

#include "mirror/creature.hpp"

#include <string>
#include <string_view>

namespace spritefarm::mirror {

/// The creature as an SVG document of ellipses. `title` must not need escaping in XML.
std::string write_svg(const Creature& creature, std::string_view title);

}  // namespace spritefarm::mirror
