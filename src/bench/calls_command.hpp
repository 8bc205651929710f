#pragma once

#include <string>
#include <vector>

namespace spritefarm::bench {

/// `spritefarm bench calls …`: the program's exit status: 0; 1 where a measurement failed; 2 for a wrong use; 130
/// interrupted.
int calls_command(const std::vector<std::string>& arguments);

}  // namespace spritefarm::bench
