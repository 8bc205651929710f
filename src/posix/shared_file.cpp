#include "posix/shared_file.hpp"

#include "posix/check.hpp"
#include "posix/memory_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace spritefarm::posix {

SharedFile::SharedFile() {
  MemoryFile file = MemoryFile::make();
  file.seal(F_SEAL_SHRINK);
  m_fd = std::move(file.fd);
}

bool SharedFile::can_write() noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

void SharedFile::write(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        check(retry_on_signal([&] {
                return ::pwrite(m_fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
              }),
              "write to shared memory");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void SharedFile::discard(std::uint64_t offset, std::uint64_t size) noexcept {
  constexpr std::uint64_t max_page = 64 << 10;
  if (size == 0) return;
  static_cast<void>(::fallocate(m_fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                static_cast<off_t>(offset),
                                static_cast<off_t>((size + max_page - 1) / max_page * max_page)));
}

std::uint64_t SharedFile::memory() const noexcept {
  struct stat status {};
  return ::fstat(m_fd.get(), &status) < 0 ? 0 : static_cast<std::uint64_t>(status.st_blocks) * 512;
}

bool SharedFile::is_sealed() const noexcept {
  const int seals = ::fcntl(m_fd.get(), F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

Fd SharedFile::reader() const {
  const std::string path = "/proc/self/fd/" + std::to_string(m_fd.get());
  Fd reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return reader ? std::move(reader) : m_fd.duplicate();
}

}  // namespace spritefarm::posix
