#pragma once

namespace spritefarm::mirror {

/// `spritefarm mirror …`: serves until SIGINT or SIGTERM. `argv[0]` is the name to show, the options follow.
/// The program's exit status: 0, 1 if it cannot serve, 2 for a wrong use.
int mirror_command(int argc, char** argv);

}  // namespace spritefarm::mirror
