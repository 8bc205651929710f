#include "system/file_stamp.hpp"

#include "posix/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace spritefarm::system {
namespace {

FileStamp stamp_in(const struct stat& found) {
  return {static_cast<std::uint64_t>(found.st_size),
          static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1'000'000'000 + found.st_mtim.tv_nsec};
}

}  // namespace

FileStamp stamp_of(const posix::Fd& file) {
  struct stat found;
  posix::check(::fstat(file.get(), &found), "fstat");
  return stamp_in(found);
}

std::optional<FileStamp> stamp_of(const Directory& folder, const std::string& path) {
  struct stat found;
  if (::fstatat(folder.fd(), path.c_str(), &found, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(found.st_mode))
    return std::nullopt;
  return stamp_in(found);
}

std::optional<std::string> read_file(const Directory& folder, const std::string& path, std::size_t size) {
  // O_NONBLOCK: opening a FIFO must not block.
  const posix::Fd file(posix::retry_on_signal(
      [&] { return ::openat(folder.fd(), path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (!file || stamp_of(file).size != size) return std::nullopt;
  std::string bytes(size, '\0');
  for (std::size_t have = 0; have < size;) {
    const ssize_t more =
        posix::retry_on_signal([&] { return ::read(file.get(), bytes.data() + have, bytes.size() - have); });
    if (more <= 0) return std::nullopt;
    have += static_cast<std::size_t>(more);
  }
  return bytes;
}

}  // namespace spritefarm::system
