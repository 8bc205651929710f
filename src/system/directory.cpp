#include "system/directory.hpp"

#include "posix/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace spritefarm::system {
namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr mode_t directory_mode = 0777;  // the umask applies

posix::Fd open_at(int at, const std::string& path, int flags) {
  posix::Fd fd(posix::retry_on_signal([&] { return ::openat(at, path.c_str(), flags); }));
  if (fd) return fd;
  // With O_NOFOLLOW, a symbolic link gives ELOOP or ENOTDIR, whose texts would mislead.
  if ((errno == ELOOP || errno == ENOTDIR) && (flags & O_NOFOLLOW))
    throw std::system_error(ENOTDIR, std::generic_category(),
                            "'" + path + "' is a symbolic link or not a directory");
  posix::throw_errno("cannot open the directory '" + path + "'");
}

void make_at(int at, const std::string& path) {
  if (::mkdirat(at, path.c_str(), directory_mode) < 0 && errno != EEXIST)
    posix::throw_errno("cannot create the directory '" + path + "'");
}

}  // namespace

Directory Directory::open(const std::string& path) {
  return Directory(open_at(AT_FDCWD, path, directory_flags));
}

Directory Directory::make(const std::string& path) {
  // An existing directory need not be writable: mkdir is called only for a missing one.
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    struct stat found;
    if (::stat(part.c_str(), &found) < 0) {
      if (errno != ENOENT) posix::throw_errno("cannot open the directory '" + part + "'");
      make_at(AT_FDCWD, part);
    }
    if (end == std::string::npos) break;
  }
  return open(path);
}

Directory Directory::make_below(std::string_view relative) const {
  posix::Fd folder(posix::check(::fcntl(m_fd.get(), F_DUPFD_CLOEXEC, 0), "fcntl"));
  while (!relative.empty()) {
    const std::string part(relative.substr(0, relative.find('/')));
    relative.remove_prefix(std::min(relative.size(), part.size() + 1));
    make_at(folder.get(), part);
    folder = open_at(folder.get(), part, directory_flags | O_NOFOLLOW);
  }
  return Directory(std::move(folder));
}

}  // namespace spritefarm::system
