#pragma once

namespace spritefarm::cli {

/// What the program's exit status tells; a contract with scripts that run it.
enum ExitStatus : int {
  everything_on_disk = 0,  ///< all that exists of what was asked for
  some_failed = 1,         ///< each was named with its reason
  usage_error = 2,
  no_index = 3,       ///< it could not be had, so nothing was farmed
  no_output = 4,      ///< the output directory cannot be used
  interrupted = 130,  ///< by SIGINT or SIGTERM
  output_closed =
      141,  ///< the reader of standard output is gone: 128 + SIGPIPE, as shells tell it of other filters
};

}  // namespace spritefarm::cli
