#pragma once

#include <string>

namespace spritefarm::posix {

/// Names the calling thread for debuggers and `ps -L`. The kernel keeps the first 15 bytes.
void set_thread_name(const std::string& name) noexcept;

/// The kernel's id of the calling thread, unique on the machine.
int thread_id() noexcept;
/// True if a thread with that id exists.
bool thread_exists(int id) noexcept;

/// The number of threads of the calling process, as the kernel counts them. The kernel lists a thread for a
/// moment after it is joined, so this counts again, for up to a tenth of a second, while there are several.
/// The thread of ThreadSanitizer does not count. Throws std::system_error.
int count_threads();

}  // namespace spritefarm::posix
