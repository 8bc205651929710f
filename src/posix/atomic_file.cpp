#include "posix/atomic_file.hpp"

#include "posix/check.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>

#include <cstdint>
#include <cstdio>
#include <shared_mutex>

namespace spritefarm::posix {
namespace {

/// Blocks this thread's signals as long as it lives.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }

 private:
  sigset_t m_before;
};

/// Writers hold it shared, who ends the process holds it alone.
std::shared_mutex& writers() {
  static std::shared_mutex mutex;
  return mutex;
}

/// A new file under a temporary name, removed unless it took another one.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Directory& folder) : m_folder(folder) {
    do {
      m_name = random_name();
      m_fd.reset(retry_on_signal([&] {
        return ::openat(m_folder.fd(), m_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      }));
    } while (!m_fd && errno == EEXIST);
    if (!m_fd) throw_errno("cannot create a file");
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!m_name.empty()) ::unlinkat(m_folder.fd(), m_name.c_str(), 0);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written =
          retry_on_signal([&] { return ::write(m_fd.get(), bytes.data(), bytes.size()); });
      if (written < 0) throw_errno("cannot write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  /// Some file systems tell only here that there was no room.
  void close() {
    if (::close(m_fd.release()) < 0 && errno != EINTR) throw_errno("cannot write");
  }

  void take_name(const std::string& name) {
    if (::renameat(m_folder.fd(), m_name.c_str(), m_folder.fd(), name.c_str()) < 0)
      throw_errno("cannot replace '" + name + "'");
    m_name.clear();
  }

 private:
  static std::string random_name() {
    std::uint64_t number;
    check(::getrandom(&number, sizeof number, 0), "getrandom");
    char name[48];
    std::snprintf(name, sizeof name, ".spritefarm-%016llx.part", static_cast<unsigned long long>(number));
    return name;
  }

  const Directory& m_folder;
  std::string m_name;
  Fd m_fd;
};

}  // namespace

void replace_file(const Directory& folder, const std::string& name, std::string_view bytes) {
  const std::shared_lock writing(writers());
  const SignalsHeld held;
  TemporaryFile file(folder);
  file.write(bytes);
  file.close();
  file.take_name(name);
}

void end_file_replacement() {
  writers().lock();
}

void probe_writing(const Directory& folder) {
  const SignalsHeld held;
  TemporaryFile file(folder);
  file.write(std::string(4096, '\0'));
  file.close();
}

}  // namespace spritefarm::posix
