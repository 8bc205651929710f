#pragma once

#include <string_view>

namespace spritefarm::cli {

/// Who runs the calls of a farm.
enum class Mode { processes, threads, serial, cluster };
std::string_view to_string(Mode mode);

}  // namespace spritefarm::cli
