#pragma once

namespace spritefarm::system {

/// In a forked process: makes standard input and output empty, and opens standard error anew, so that the
/// process can set no flag, such as O_NONBLOCK, for those that it was forked from. Standard error becomes
/// empty, too, if it cannot be opened, as a socket cannot.
void own_standard_files() noexcept;

}  // namespace spritefarm::system
