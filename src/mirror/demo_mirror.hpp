#pragma once

#include "farm/running_mirror.hpp"

#include <chrono>

namespace spritefarm::mirror {

/// For `--demo`: a mirror with all the pokémon in a process of its own, which lives as long as what is
/// returned, and waits so long before each response. As MirrorProcess, made while the program has one thread.
farm::RunningMirror start_demo_mirror(std::chrono::milliseconds latency);

}  // namespace spritefarm::mirror
