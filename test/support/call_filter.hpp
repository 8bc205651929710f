#pragma once

namespace spritefarm::test {

/// A system call that fails with an errno; 0: none.
struct RefusedCall {
  int number = 0;
  int error = 0;
};

/// Makes a system call of this process and its children fail, as in a container that forbids it. Works
/// without privileges, by seccomp. Async-signal-safe. False if the kernel refuses.
bool refuse_call(RefusedCall call);

}  // namespace spritefarm::test
