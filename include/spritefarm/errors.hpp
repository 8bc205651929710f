#pragma once

#include <spritefarm/detail/visibility.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace SPRITEFARM_API spritefarm {

/// The call was cancelled: by cancel() before it started, or by terminate() while it ran.
/// Source: concurrent.futures.CancelledError.
class CancelledError : public std::runtime_error {
 public:
  CancelledError() : std::runtime_error("the call was cancelled") {}
};

/// A wait or a call did not end within its timeout. Source: TimeoutError.
class TimeoutError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The state of a future does not allow the change, such as a second result.
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

/// A thread of the pool could not start. Source: concurrent.futures.thread.BrokenThreadPool.
class BrokenThreadPool : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

/// The pool was ended, could not start a worker, or lost one under OnWorkerDeath::break_pool.
/// Source: concurrent.futures.process.BrokenProcessPool.
class BrokenProcessPool : public BrokenExecutor {
 public:
  using BrokenExecutor::BrokenExecutor;
};

/// The pool has as many calls as its max_outstanding allows, and refuses more: see WhenFull.
/// Source: queue.Full.
class QueueFull : public std::runtime_error {
 public:
  QueueFull() : std::runtime_error("the pool has as many calls as its max_outstanding allows") {}
};

/// How a worker process ended, as the kernel reports it to the parent.
struct WorkerExit {
  int pid = 0;                      ///< its process id
  int signal = 0;                   ///< the signal that ended the process; 0: the process exited
  int exit_code = 0;                ///< valid if signal is 0
  std::chrono::microseconds cpu{};  ///< user and system time
  long peak_memory_kib = 0;         ///< largest resident size, in KiB
};

/// The worker process that ran the call died, and the call has no retries left. The pool replaces the worker;
/// other calls are not affected.
class WorkerDied : public std::runtime_error {
 public:
  /// For executors.
  explicit WorkerDied(const WorkerExit& how);
  /// How the worker ended.
  [[nodiscard]] const WorkerExit& how() const noexcept { return m_how; }

 private:
  WorkerExit m_how;
};

/// A base class of every exception from another process whose type the codec does not rebuild.
class RemoteType {
 public:
  /// For the codec.
  explicit RemoteType(std::string type_name) : m_type_name(std::move(type_name)) {}
  /// The name of the original type, such as `app::ParseError`.
  [[nodiscard]] const std::string& type_name() const noexcept { return m_type_name; }

 protected:
  ~RemoteType() = default;

 private:
  std::string m_type_name;
};

/// A call in another process threw an exception of a type that the codec does not rebuild: see
/// PortableException. what() is its message. Source: the remote traceback that concurrent.futures attaches.
class RemoteError : public std::runtime_error, public RemoteType {
 public:
  /// For the codec.
  RemoteError(std::string type_name, const std::string& message)
      : std::runtime_error(message), RemoteType(std::move(type_name)) {}
};

/// The same for a type that derives from a standard exception other than std::runtime_error, such as
/// std::invalid_argument: it is caught as that base.
template <typename Base>
class RemoteErrorOf final : public Base, public RemoteType {
 public:
  /// For the codec.
  RemoteErrorOf(const Base& base, std::string type_name, std::string message)
      : Base(base), RemoteType(std::move(type_name)), m_message(std::move(message)) {}
  /// The message of the original exception.
  [[nodiscard]] const char* what() const noexcept override { return m_message.c_str(); }

 private:
  std::string m_message;
};

/// A value cannot cross to another process: its type has no Codec, or its bytes are invalid.
/// Source: pickle.PicklingError, pickle.UnpicklingError.
class CodecError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace spritefarm
