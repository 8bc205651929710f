#pragma once

#include <string>
#include <vector>

namespace spritefarm::system {

/// The path of an executable file: `name` itself if it has a slash, else the first of this name in the
/// directories of $PATH. Empty if there is none.
std::string find_program(const std::string& name);

/// Runs a program and waits for its end. The program is killed when the calling thread ends. Returns the exit
/// status as a shell gives it: 128 and the signal's number if a signal ended it, 127 if it cannot be
/// executed. Throws std::system_error if the fork fails. The calling process has one thread.
int run_program(const std::vector<std::string>& arguments);

}  // namespace spritefarm::system
