#pragma once

namespace spritefarm::system {

/// Whether the user's locale (LC_ALL, LC_CTYPE, LANG) writes UTF-8. If the locale is not installed, as in a
/// small container, its name decides. Leaves the process's own locale as it is.
bool is_utf8_locale();

}  // namespace spritefarm::system
