#include "system/private_file.hpp"

#include "posix/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace spritefarm::system {
namespace {

// O_NONBLOCK: opening a FIFO must not block.
constexpr int open_flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

void restrict_mode_of(const posix::Fd& file) noexcept {
  struct stat found;
  if (::fstat(file.get(), &found) == 0 && S_ISREG(found.st_mode) &&
      (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    ::fchmod(file.get(), found.st_mode & S_IRWXU);
}

}  // namespace

PrivateFile::PrivateFile(const std::string& path)
    : m_fd(posix::retry_on_signal(
          [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | open_flags, S_IRUSR | S_IWUSR); })) {
  if (!m_fd) posix::throw_errno("cannot open it");
  struct stat found;
  posix::check(::fstat(m_fd.get(), &found), "fstat");
  if (!S_ISREG(found.st_mode))
    throw std::system_error(EINVAL, std::generic_category(), "it is no regular file");
}

void PrivateFile::restrict_mode() const noexcept {
  restrict_mode_of(m_fd);
}

std::string PrivateFile::read(std::size_t max) const {
  struct stat found;
  posix::check(::fstat(m_fd.get(), &found), "fstat");
  std::string bytes(std::min(static_cast<std::size_t>(found.st_size), max), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t more = posix::retry_on_signal([&] {
      return ::pread(m_fd.get(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    });
    if (posix::check(more, "cannot read it") == 0) break;
    have += static_cast<std::size_t>(more);
  }
  bytes.resize(have);
  return bytes;
}

std::error_code PrivateFile::lock_error() const {
  struct flock first_byte {};
  first_byte.l_type = F_WRLCK;
  first_byte.l_whence = SEEK_SET;
  first_byte.l_len = 1;  // SQLite's locks are far behind it
  if (posix::retry_on_signal([&] { return ::fcntl(m_fd.get(), F_SETLK, &first_byte); }) == 0 ||
      errno == EACCES || errno == EAGAIN)
    return {};
  return {errno, std::generic_category()};
}

void restrict_mode(const std::string& path) noexcept {
  const posix::Fd file(posix::retry_on_signal([&] { return ::open(path.c_str(), O_RDONLY | open_flags); }));
  if (file) restrict_mode_of(file);
}

}  // namespace spritefarm::system
