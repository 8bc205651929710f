#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace spritefarm {

/// The call was cancelled before it ran. Source: concurrent.futures.CancelledError.
class CancelledError : public std::runtime_error {
 public:
  CancelledError() : std::runtime_error("the call was cancelled") {}
};

/// What was waited for did not happen in time. Source: TimeoutError.
class TimeoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A future was asked for a change that its state does not allow, such as a second result.
/// Source: concurrent.futures.InvalidStateError.
class InvalidStateError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// The executor cannot run calls any more. Source: concurrent.futures.BrokenExecutor.
class BrokenExecutor : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Source: concurrent.futures.thread.BrokenThreadPool.
class BrokenThreadPool : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

/// Source: concurrent.futures.process.BrokenProcessPool.
class BrokenProcessPool : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

/// How a worker process ended, as the kernel told its parent.
struct WorkerExit {
  int pid = 0;
  int signal = 0;                   ///< the signal that ended it; 0: it called exit
  int exit_code = 0;                ///< where signal is 0
  std::chrono::microseconds cpu{};  ///< user and system time it used
  long peak_memory_kib = 0;         ///< its largest resident size
};

/// The worker process that ran the call died of it, or was killed, and the call's retries are used up. Other
/// calls and the pool are not concerned: the worker is replaced.
class WorkerDied : public std::runtime_error {
 public:
  explicit WorkerDied(const WorkerExit& how);
  [[nodiscard]] const WorkerExit& how() const noexcept { return m_how; }

 private:
  WorkerExit m_how;
};

/// An exception of a type that has no counterpart here left a call in another process: its type's name, and
/// its message as what(). Source: the remote traceback that concurrent.futures attaches.
class RemoteError : public std::runtime_error {
 public:
  RemoteError(std::string type_name, const std::string& message)
      : std::runtime_error(message), m_type_name(std::move(type_name)) {}
  [[nodiscard]] const std::string& type_name() const noexcept { return m_type_name; }

 private:
  std::string m_type_name;
};

/// A value cannot cross to another process: its type has no encoding, or its bytes are not what its type
/// requires. Source: pickle.PicklingError, pickle.UnpicklingError.
class CodecError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace spritefarm
