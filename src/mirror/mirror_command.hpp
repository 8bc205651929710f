#pragma once

namespace spritefarm::mirror {

/// The command `spritefarm mirror …`: serves until SIGINT or SIGTERM. `argv[0]` is the name of the command.
/// Returns the exit status: 0; 1 if it cannot serve; 2 for a usage error.
int mirror_command(int argc, char** argv);

}  // namespace spritefarm::mirror
