#pragma once

#include "posix/shared_memory.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace spritefarm::ipc {

/// Where coordinator and worker agree, for each call that was sent, on whether it starts: one slot of shared memory for
/// each call that the worker can have at a time. The coordinator offers a call; the worker starts it, or the
/// coordinator takes it back, whoever is first. So a call may wait at a worker and can still be cancelled, be given to
/// another worker, or outlive this one.
///
///     coordinator: offer() ─▶ offered ─┬─ worker: start() ────────▶ started
///                                      └─ coordinator: recall() ──▶ recalled
///
/// A slot's word is the call's number and its state, so that what is left of an earlier call in the same slot is never
/// taken for this one. The coordinator trusts no word: it only compares it with those that it expects. A worker tells
/// of each call that it does not start, so that none is lost between a recall that failed and a start that failed.
/// One object in each of the two processes; used by one thread at a time in the worker, by any in the coordinator.
class CallSlots {
 public:
  using Clock = std::chrono::steady_clock;

  /// The coordinator's. Throws std::system_error.
  explicit CallSlots(std::uint32_t count);
  /// The worker's, of the memory whose descriptor it was given. Throws std::system_error.
  CallSlots(posix::Fd memory, std::uint32_t count);

  [[nodiscard]] const posix::Fd& memory() const noexcept { return m_memory.fd(); }
  [[nodiscard]] std::uint32_t count() const noexcept { return m_count; }

  void offer(std::uint32_t slot, std::uint64_t call) noexcept;
  /// True: the worker will not start the call any more.
  bool recall(std::uint32_t slot, std::uint64_t call) noexcept;
  /// When the worker started the call; none if it has not. Never in the future.
  [[nodiscard]] std::optional<Clock::time_point> started(std::uint32_t slot,
                                                         std::uint64_t call) const noexcept;
  /// Whether the word is none that a call can have that was offered here and not recalled: somebody overwrote it.
  [[nodiscard]] bool damaged(std::uint32_t slot, std::uint64_t call) const noexcept;

  /// In the worker: false when the call was recalled, or was never offered in this slot.
  bool start(std::uint32_t slot, std::uint64_t call) noexcept;

 private:
  struct Slot {
    std::atomic<std::uint64_t> word;
    std::atomic<std::int64_t> started_at;  // the clock's ticks
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
