#pragma once

namespace spritefarm::system {

/// Makes the process independent of how it was started. To be called first thing in main(), before a
/// descriptor is opened. Opens descriptors 0 to 2 on /dev/null if they are closed, so that no file or socket
/// takes the place of a standard stream. Ignores SIGPIPE and SIGXFSZ: a write to a closed pipe fails with
/// EPIPE, one beyond `ulimit -f` with EFBIG.
void set_up_process() noexcept;

}  // namespace spritefarm::system
