#pragma once

#include <string>

namespace spritefarm::posix {

/// Names the calling thread for debuggers and `ps -L`; the kernel keeps the first 15 bytes.
void set_thread_name(const std::string& name) noexcept;

/// The kernel's id of the calling thread, which no other thread of the machine has.
int thread_id() noexcept;
/// Whether there is a thread of that id.
bool thread_exists(int id) noexcept;

/// How many threads the calling process has, as the kernel counts them. One that has just been joined is
/// listed for a moment longer: while there are several, this looks again for up to a tenth of a second. The one that
/// ThreadSanitizer adds does not count.
/// Throws std::system_error.
int count_threads();

}  // namespace spritefarm::posix
