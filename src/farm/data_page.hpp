#pragma once

#include <string>
#include <string_view>

namespace spritefarm::farm {

/// A page of src/*/*.html, which the build makes a string, with `json` in the place of its "@DATA@": a <script> of data,
/// which nothing in the JSON can end, nor make anything but data.
std::string page_with_data(std::string_view page, std::string_view json);

}  // namespace spritefarm::farm
