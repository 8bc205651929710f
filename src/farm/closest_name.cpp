#include "farm/closest_name.hpp"

#include "text/edit_distance.hpp"

#include <algorithm>

namespace spritefarm::farm {

std::optional<std::string> closest_name(std::string_view mistyped, const std::vector<std::string>& names) {
  std::size_t fewest = std::min<std::size_t>(2, mistyped.size() / 3) + 1;  // one too many
  std::optional<std::string> closest;
  for (const std::string& name : names) {
    const std::size_t edits = text::edit_distance(mistyped, name);
    if (edits == 0 || edits >= fewest) continue;
    fewest = edits;
    closest = name;
  }
  return closest;
}

}  // namespace spritefarm::farm
