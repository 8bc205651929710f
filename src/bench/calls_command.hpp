#pragma once

#include <string>
#include <vector>

namespace spritefarm::bench {

/// The command `spritefarm bench calls …`. Returns the exit status: 0; 1 if a measurement failed; 2 for a
/// usage error; cli::interrupted after a signal.
int calls_command(const std::vector<std::string>& arguments);

}  // namespace spritefarm::bench
