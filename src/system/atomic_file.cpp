#include "system/atomic_file.hpp"

#include "posix/check.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

namespace spritefarm::system {
namespace {

/// Blocks all signals of the calling thread during its lifetime.
class SignalBlock {
 public:
  SignalBlock() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
  }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;
  ~SignalBlock() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }

 private:
  sigset_t m_before;
};

constexpr std::string_view temporary_prefix = ".spritefarm-", temporary_suffix = ".part";
constexpr std::size_t temporary_digits = 16;

bool is_temporary_name(std::string_view name) {
  return name.size() == temporary_prefix.size() + temporary_digits + temporary_suffix.size() &&
         name.starts_with(temporary_prefix) && name.ends_with(temporary_suffix) &&
         name.substr(temporary_prefix.size(), temporary_digits).find_first_not_of("0123456789abcdef") ==
             name.npos;
}

/// Locks a new file (flock, exclusive). False if another process has locked it, or has removed it as
/// abandoned, between open and flock. True on a file system without locks: there, no process removes
/// abandoned files.
bool lock_exclusively(const posix::Fd& file) {
  if (posix::retry_on_signal([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) < 0)
    return errno != EWOULDBLOCK;
  struct stat found;
  return ::fstat(file.get(), &found) == 0 && found.st_nlink > 0;
}

/// A new, locked file under a temporary name. The destructor removes it unless rename_to() has renamed it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Directory& folder, unsigned mode = FileAttributes().mode)
      : TemporaryFile(folder, mode, Created()) {
    m_lock = m_fd.duplicate();  // if this throws, the destructor still runs and removes the file
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!m_name.empty()) ::unlinkat(m_folder.fd(), m_name.c_str(), 0);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written =
          posix::retry_on_signal([&] { return ::write(m_fd.get(), bytes.data(), bytes.size()); });
      if (written < 0) posix::throw_errno("cannot write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  /// Some file systems (NFS) report a full disk only here.
  void close() {
    if (::close(m_fd.release()) < 0 && errno != EINTR) posix::throw_errno("cannot write");
  }

  /// After close(), which can change the time on NFS.
  void set_changed(std::int64_t changed) { change_time(m_lock, changed); }

  [[nodiscard]] FileStamp stamp() const { return stamp_of(m_lock); }

  void rename_to(const std::string& name) {
    if (::renameat(m_folder.fd(), m_name.c_str(), m_folder.fd(), name.c_str()) < 0)
      posix::throw_errno("cannot replace '" + name + "'");
    m_name.clear();
  }

 private:
  struct Created {};
  TemporaryFile(const Directory& folder, unsigned mode, Created) : m_folder(folder) {
    std::string name;
    do {
      name = random_name();
      m_fd.reset(posix::retry_on_signal([&] {
        return ::openat(m_folder.fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      }));
    } while (m_fd ? !lock_exclusively(m_fd) : errno == EEXIST);
    if (!m_fd) posix::throw_errno("cannot create a temporary file");
    m_name = std::move(name);
  }

  static std::string random_name() {
    std::uint64_t number;
    posix::check(::getrandom(&number, sizeof number, 0), "getrandom");
    char name[48];
    std::snprintf(name, sizeof name, "%s%016llx%s", temporary_prefix.data(),
                  static_cast<unsigned long long>(number), temporary_suffix.data());
    return name;
  }

  const Directory& m_folder;
  std::string m_name;
  posix::Fd m_fd;
  posix::Fd m_lock;  // a duplicate of m_fd: close() can close m_fd and report its error, and the lock stays
};

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

posix::Fd open_below(int folder, const char* name, int flags) {
  return posix::Fd(
      posix::retry_on_signal([&] { return ::openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC); }));
}

std::size_t remove_abandoned_below(posix::Fd folder, int depth) {
  const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(folder.get()));
  if (!entries) return 0;
  const int at = folder.release();  // `entries` owns it now
  std::size_t removed = 0;
  while (const dirent* const entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (is_temporary_name(name)) {
      const posix::Fd file = open_below(at, entry->d_name, O_WRONLY | O_NONBLOCK);
      if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
        removed += ::unlinkat(at, entry->d_name, 0) == 0 ? 1 : 0;
    } else if (depth > 0 && name != "." && name != ".." &&
               (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)) {
      if (posix::Fd below = open_below(at, entry->d_name, O_RDONLY | O_DIRECTORY))
        removed += remove_abandoned_below(std::move(below), depth - 1);
    }
  }
  return removed;
}

}  // namespace

FileStamp replace_file(const Directory& folder, const std::string& name, std::string_view bytes,
                       FileAttributes attributes) {
  const SignalBlock signal_block;
  TemporaryFile file(folder, attributes.mode);
  file.write(bytes);
  file.close();
  if (attributes.changed) file.set_changed(*attributes.changed);
  const FileStamp stamp = file.stamp();
  file.rename_to(name);
  return stamp;
}

std::size_t remove_abandoned_files(const Directory& folder, int depth) {
  return remove_abandoned_below(open_below(folder.fd(), ".", O_RDONLY | O_DIRECTORY), depth);
}

void probe_writing(const Directory& folder) {
  const SignalBlock signal_block;
  TemporaryFile file(folder);
  file.write(std::string(4096, '\0'));
  file.close();
}

}  // namespace spritefarm::system
