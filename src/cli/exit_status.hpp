#pragma once

namespace spritefarm::cli {

/// The program's exit status; a contract with scripts that run it.
enum ExitStatus : int {
  everything_on_disk = 0,  ///< every selected sprite that exists
  some_failed = 1,         ///< a message names each with its reason
  usage_error = 2,
  no_index = 3,         ///< the index cannot be read
  no_output = 4,        ///< the output directory cannot be used
  interrupted = 128,    ///< the process then dies of the signal: a shell shows 128 + its number
  output_closed = 141,  ///< the reader of standard output has closed it: 128 + SIGPIPE
};

}  // namespace spritefarm::cli
