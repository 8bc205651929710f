#pragma once

namespace spritefarm::futures {

enum class WorkerState : unsigned char {
  starting,  ///< requested; it receives calls already
  ready,     ///< its `ready` has arrived
  draining,  ///< receives no more calls, and is asked to exit after its last
  exiting,   ///< asked to exit
  killed     ///< ended by a signal of ours, or of its zygote's death
};

/// The state of a worker, which only advances: it may skip states, and never returns to one. So a late event,
/// such as the `ready` of a worker that was killed meanwhile, changes nothing.
class WorkerLife {
 public:
  [[nodiscard]] WorkerState state() const noexcept { return m_state; }
  void advance_to(WorkerState next) noexcept {
    if (next > m_state) m_state = next;
  }

 private:
  WorkerState m_state = WorkerState::starting;
};

}  // namespace spritefarm::futures
