#pragma once

#include <string>
#include <string_view>

namespace spritefarm::net {

/// Corrects a URL reference as browsers do (WHATWG URL Standard), so that libcurl's stricter parser accepts
/// it:
///
///     leading and trailing blanks, tabs and line ends      removed
///     '\' in the authority and the path                    '/'
///     the scheme and the host                              lower case
///     one slash too many or too few before the host        two slashes
///     blanks, control characters, non-ASCII bytes, "<>`{}  percent-encoded, except in the host
///
/// `base_scheme` is that of the document in which the reference was found; empty if there is none. Nothing is
/// refused here.
std::string strict_reference(std::string_view text, std::string_view base_scheme);

}  // namespace spritefarm::net
