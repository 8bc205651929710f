#pragma once

namespace spritefarm::bench {

/// `spritefarm bench …`: measures. `argv[0]` is the name to show, the options follow. The program's exit status.
int bench_command(int argc, char** argv);

}  // namespace spritefarm::bench
