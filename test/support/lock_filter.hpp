#pragma once

namespace spritefarm::test {

/// Makes every file lock (fcntl, flock) of this process and its children fail with `error`, as on a file
/// system without locks. Works without privileges, by seccomp. Async-signal-safe. False if the kernel
/// refuses.
bool refuse_locks(int error);

}  // namespace spritefarm::test
