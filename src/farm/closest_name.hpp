#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

/// The name that a mistyped one may mean: the one with the fewest edits between them, if they are few for its
/// length.
std::optional<std::string> closest_name(std::string_view mistyped, const std::vector<std::string>& names);

}  // namespace spritefarm::farm
