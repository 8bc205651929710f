#pragma once

#include "farm/running_mirror.hpp"

#include <chrono>

namespace spritefarm::mirror {

/// Starts the mirror of `--demo`: a MirrorProcess with all pokémon, which delays each response by `latency`.
/// It lives as long as the returned object. Call it while the program has one thread. Throws what
/// MirrorProcess throws.
farm::RunningMirror start_demo_mirror(std::chrono::milliseconds latency);

}  // namespace spritefarm::mirror
