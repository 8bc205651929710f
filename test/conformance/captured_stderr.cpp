#include "conformance/captured_stderr.hpp"

#include "posix/check.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <iostream>

namespace spritefarm::test {

CapturedStderr::CapturedStderr()
    : m_file(posix::check(::memfd_create("standard error", MFD_CLOEXEC), "memfd_create")),
      m_before(posix::check(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0), "fcntl")) {
  // Appending, so that processes do not overwrite the text of each other.
  posix::check(::fcntl(m_file.get(), F_SETFL, O_APPEND), "fcntl");
  posix::check(::dup2(m_file.get(), STDERR_FILENO), "dup2");
}

CapturedStderr::~CapturedStderr() {
  std::cerr.flush();
  ::dup2(m_before.get(), STDERR_FILENO);
}

std::string CapturedStderr::text() const {
  std::string text;
  char buffer[4096];
  while (const ssize_t got = posix::check(
             ::pread(m_file.get(), buffer, sizeof buffer, static_cast<off_t>(text.size())), "pread"))
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

}  // namespace spritefarm::test
