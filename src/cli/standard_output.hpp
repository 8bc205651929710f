#pragma once

#include <string_view>

namespace spritefarm::cli {

/// Writes all of it at once. Throws std::system_error: a full disk or a closed pipe must not pass for a
/// complete report.
void write_to_stdout(std::string_view text);

}  // namespace spritefarm::cli
