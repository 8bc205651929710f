#pragma once

#include "farm/farm_command.hpp"

namespace spritefarm::bench {

/// The command `spritefarm bench …`. Starts the mirror of --demo with `start_mirror`. Returns the exit
/// status: 0; 1 if a sprite was not downloaded or a run failed; 2 for a usage error; 3 and 4 as in
/// cli::ExitStatus; cli::interrupted after a signal.
farm::ProgramParts::Command bench_command(farm::StartMirror start_mirror);

}  // namespace spritefarm::bench
