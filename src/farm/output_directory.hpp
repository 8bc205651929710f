#pragma once

#include "base/result.hpp"

#include <string>

namespace spritefarm::farm {

/// Makes the output directory, tries to write there, and removes the temporary files that a killed run has
/// left in it and down to `depth` levels below. An Error says why the directory cannot be used.
Result<void> prepare_output_directory(const std::string& path, int depth);

}  // namespace spritefarm::farm
