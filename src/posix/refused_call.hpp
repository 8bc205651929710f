#pragma once

#include "posix/check.hpp"

namespace spritefarm::posix {

/// As check(), for a system call that sandboxes refuse: the exception then names the call and who may forbid
/// it.
template <typename Integer>
Integer check_permitted(Integer result, const char* call) {
  if (result >= 0) return result;
  if (errno != EPERM && errno != ENOSYS) throw_errno(call);
  throw_errno(std::string(call) + " is refused (a container's seccomp profile may forbid it)");
}

}  // namespace spritefarm::posix
