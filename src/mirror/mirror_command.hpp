#pragma once

namespace spritefarm::mirror {

/// `spritefarm mirror …`: serves until SIGINT or SIGTERM. The options begin at `argv[1]`. Returns the
/// program's exit status: 0, 1 if it cannot serve, 2 if the command line is wrong.
int mirror_command(int argc, char** argv);

}  // namespace spritefarm::mirror
