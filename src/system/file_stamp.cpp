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

// O_NONBLOCK: opening a FIFO must not block.
posix::Fd open_to_read(const Directory& folder, const std::string& path) {
  return posix::Fd(posix::retry_on_signal(
      [&] { return ::openat(folder.fd(), path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
}

}  // namespace

bool change_time(const posix::Fd& file, std::int64_t changed) noexcept {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t fraction = (changed % second + second) % second;
  const timespec times[2] = {{0, UTIME_OMIT}, {(changed - fraction) / second, fraction}};
  return ::futimens(file.get(), times) == 0;
}

std::optional<FileStamp> change_time(const Directory& folder, const std::string& path,
                                     const FileStamp& expected, std::int64_t changed) {
  const posix::Fd file = open_to_read(folder, path);
  if (!file || stamp_of(file) != expected || !change_time(file, changed)) return std::nullopt;
  return stamp_of(file);
}

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

std::optional<StampedFile> read_file(const Directory& folder, const std::string& path, std::size_t size) {
  const posix::Fd file = open_to_read(folder, path);
  if (!file) return std::nullopt;
  StampedFile read{stamp_of(file), {}};
  if (read.stamp.size != size) return std::nullopt;
  read.bytes.resize(size);
  for (std::size_t have = 0; have < size;) {
    const ssize_t more =
        posix::retry_on_signal([&] { return ::read(file.get(), read.bytes.data() + have, size - have); });
    if (more <= 0) return std::nullopt;
    have += static_cast<std::size_t>(more);
  }
  return read;
}

}  // namespace spritefarm::system
