#pragma once

#include "posix/shared_memory.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace spritefarm::ipc {

/// Decides, for each call that the coordinator has sent to a worker, whether it starts. Shared memory holds
/// one slot for each call that the worker can have at a time. The coordinator offers a call. Then either the
/// worker starts it or the coordinator recalls it: the first of the two wins. So a call that waits at a
/// worker can be cancelled, given to another worker, or requeued when this worker dies.
///
///     coordinator: offer() ─▶ offered ─┬─ worker: start() ────────▶ started
///                                      └─ coordinator: recall() ──▶ recalled
///
/// The word of a slot holds the number and the state of the call, so an old word in the slot cannot be
/// mistaken for this call. The coordinator trusts no word: it only compares it with the expected ones. The
/// worker reports each call that it does not start (`skipped`), so no call is lost if both the recall and the
/// start fail. Each of the two processes has one object: in the worker, one thread at a time uses it; in the
/// coordinator, any thread.
class CallSlots {
 public:
  using Clock = std::chrono::steady_clock;

  /// In the coordinator: creates the memory. Throws std::system_error.
  explicit CallSlots(std::uint32_t count);
  /// In the worker: maps the memory of the coordinator. Throws std::system_error.
  CallSlots(posix::Fd memory, std::uint32_t count);

  [[nodiscard]] const posix::Fd& memory() const noexcept { return m_memory.fd(); }
  [[nodiscard]] std::uint32_t count() const noexcept { return m_count; }

  /// In the coordinator, before the call is sent.
  void offer(std::uint32_t slot, std::uint64_t call) noexcept;
  /// In the coordinator: takes a call back. True if the worker has not started it and cannot start it any
  /// more.
  bool recall(std::uint32_t slot, std::uint64_t call) noexcept;
  /// In the coordinator: when the worker started the call. None if it has not. Never later than now.
  [[nodiscard]] std::optional<Clock::time_point> started(std::uint32_t slot,
                                                         std::uint64_t call) const noexcept;
  /// In the coordinator: true if the word is impossible for a call that was offered and not recalled, because
  /// a process has overwritten it.
  [[nodiscard]] bool damaged(std::uint32_t slot, std::uint64_t call) const noexcept;

  /// In the worker: starts a call. False if the call was recalled or was not offered in this slot.
  bool start(std::uint32_t slot, std::uint64_t call) noexcept;

 private:
  struct Slot {
    std::atomic<std::uint64_t> word;
    std::atomic<std::int64_t> started_at;  // in ticks of Clock
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                std::atomic<std::int64_t>::is_always_lock_free);
  [[nodiscard]] Slot& at(std::uint32_t slot) const noexcept {
    return static_cast<Slot*>(m_memory.data())[slot];
  }

  posix::SharedMemory m_memory;
  std::uint32_t m_count;
};

}  // namespace spritefarm::ipc
