#pragma once

#include "base/cluster_api.hpp"
#include "posix/fd.hpp"

#include <signal.h>

#include <initializer_list>
#include <optional>

namespace spritefarm::posix {

/// Blocks signals of the calling thread and makes them readable from a descriptor instead. Create it before
/// the process starts threads that do not block them, else those get them. The destructor restores the
/// thread's mask. Throws std::system_error.
class SignalFd {
 public:
  SPRITEFARM_CLUSTER_API explicit SignalFd(std::initializer_list<int> signals);
  SPRITEFARM_CLUSTER_API ~SignalFd();
  SignalFd(const SignalFd&) = delete;
  SignalFd& operator=(const SignalFd&) = delete;

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }
  /// The number of the next signal that has come. None: there is none.
  SPRITEFARM_CLUSTER_API [[nodiscard]] std::optional<int> read() const;

 private:
  sigset_t m_before{};
  Fd m_fd;
};

}  // namespace spritefarm::posix
