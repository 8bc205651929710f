#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace spritefarm::posix {

/// Throws the std::system_error that errno tells, prefixed with what was being done ("open /tmp/x").
[[noreturn]] inline void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// The result of a system call, unless it is negative: then throws as throw_errno() does.
template <typename Integer>
Integer check(Integer result, const char* what) {
  if (result < 0) throw_errno(what);
  return result;
}

/// Repeats a system call that a signal interrupted; the call's last result otherwise.
template <typename Call>
auto retry_on_signal(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace spritefarm::posix
