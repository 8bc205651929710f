#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace spritefarm::posix {

/// Throws a std::system_error for errno. `what` names the failed operation ("open /tmp/x").
[[noreturn]] inline void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Returns the result of a system call. Throws as throw_errno() if it is negative.
template <typename Integer>
Integer check(Integer result, const char* what) {
  if (result < 0) throw_errno(what);
  return result;
}

/// Repeats a system call while signals interrupt it, and returns its last result.
template <typename Call>
auto retry_on_signal(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace spritefarm::posix
