#pragma once

#include "farm/farm_command.hpp"

namespace spritefarm::bench {

/// `spritefarm bench …`, which starts the mirror of --demo with `start_mirror`. The command's result is the program's
/// exit status: 0; 1 where not all sprites arrived or a run failed; 2 for a wrong use; 3 and 4 as cli::ExitStatus; 130
/// interrupted.
farm::ProgramParts::Command bench_command(farm::StartMirror start_mirror);

}  // namespace spritefarm::bench
