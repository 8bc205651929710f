#pragma once

#include <spritefarm/detail/call.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spritefarm::futures {

/// Identifies a call from its submission to its completion. Small, and reused for later calls. 0: none.
using CallIndex = std::uint32_t;
/// Identifies one sending of a call to a worker, in frames and slots. Never reused: the index, and a count of
/// its sends.
using CallNumber = std::uint64_t;
/// Identifies a worker in its pool. Never reused. 0: none.
using WorkerNumber = std::uint32_t;

enum class CallState : unsigned char {
  unused,
  queued,   ///< waits in the coordinator
  sent,     ///< waits at a worker, or runs there
  detached  ///< its future is complete; the worker has not finished it yet
};

struct CallRecord {
  TaskOptions options;
  bool is_coroutine = false;
  CallState state = CallState::unused;
  std::uint64_t order = 0;  ///< rises with each submission
  int deaths = 0;           ///< workers that have died under it
  std::uint32_t sends = 0;  ///< of any call of this index
  WorkerNumber worker = 0;  ///< sent, detached
  std::uint32_t slot = 0;   ///< sent, detached: which of the worker's slots
  CallIndex previous = 0;   ///< in the list that holds it
  CallIndex next = 0;
};

/// Calls in an order, linked through their records.
struct CallList {
  CallIndex first = 0;
  CallIndex last = 0;
  std::size_t size = 0;
};

/// The unfinished calls of a pool. An index leads to its call at once, and a call moves between lists without
/// allocation. Owned by the Scheduler. Throws std::bad_alloc from add() alone.
class CallTable {
 public:
  CallIndex add(const TaskOptions& options, bool is_coroutine);
  /// The call must be in no list.
  void release(CallIndex call) noexcept;

  [[nodiscard]] CallRecord& operator[](CallIndex call) noexcept { return m_records[call]; }
  [[nodiscard]] const CallRecord& operator[](CallIndex call) const noexcept { return m_records[call]; }
  /// False for 0, for an index that was never given out, and for one that was released.
  [[nodiscard]] bool contains(CallIndex call) const noexcept {
    return call < m_records.size() && m_records[call].state != CallState::unused;
  }

  /// Of its last sending.
  [[nodiscard]] CallNumber number(CallIndex call) const noexcept {
    return CallNumber{m_records[call].sends - 1} << 32 | call;
  }
  /// The call with this number, if the worker has it now; 0 for any other number that a worker may name.
  [[nodiscard]] CallIndex find(WorkerNumber worker, CallNumber number) const noexcept;

  void append(CallList& list, CallIndex call) noexcept;
  void prepend(CallList& list, CallIndex call) noexcept;
  void remove(CallList& list, CallIndex call) noexcept;

 private:
  std::vector<CallRecord> m_records{1};  // 0 is no call
  std::vector<CallIndex> m_unused;
  std::uint64_t m_last_order = 0;
};

}  // namespace spritefarm::futures
