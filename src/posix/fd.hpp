#pragma once

#include <unistd.h>

#include <utility>

namespace spritefarm::posix {

/// Owns a file descriptor and closes it. Move-only; empty is -1.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : m_fd(fd) {}
  Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.m_fd, -1));
    return *this;
  }
  ~Fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return m_fd; }
  [[nodiscard]] explicit operator bool() const noexcept { return m_fd >= 0; }
  /// A second descriptor of the same open file, with close-on-exec. Throws std::system_error.
  [[nodiscard]] Fd duplicate() const;
  [[nodiscard]] int release() noexcept { return std::exchange(m_fd, -1); }
  void reset(int fd = -1) noexcept {
    if (m_fd >= 0) ::close(m_fd);
    m_fd = fd;
  }

 private:
  int m_fd = -1;
};

/// Whether this process can open another file: false at its limit of descriptors or the system's.
[[nodiscard]] bool has_free_descriptor() noexcept;

}  // namespace spritefarm::posix
