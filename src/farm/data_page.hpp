#pragma once

#include <string>
#include <string_view>

namespace spritefarm::farm {

/// Replaces "@DATA@" in a page by `json`, and "@SCRIPT@" in its Content-Security-Policy by the hash of its
/// script: no other one runs, whatever the data are. The page is the text of a file src/*/*.html, which the
/// build turns into a string; "@DATA@" is in a <script> element of type application/json. Escapes '<', so
/// that nothing in the JSON can end the element. Throws std::logic_error if the page has no "@DATA@".
std::string page_with_data(std::string_view page, std::string_view json);

}  // namespace spritefarm::farm
