#pragma once

namespace spritefarm {

enum class WorkerState : unsigned char {
  starting,  ///< asked for; it is sent calls already
  ready,     ///< it has said so
  draining,  ///< is sent no more calls, and is asked to exit after its last
  exiting,   ///< was asked to exit
  killed     ///< was sent a signal that ends it
};

/// How far a worker has come in its life: on, over any number of states, and never back. So what arrives late, such as
/// a `ready` of a worker that was killed meanwhile, changes nothing.
class WorkerLife {
 public:
  [[nodiscard]] WorkerState state() const noexcept { return m_state; }
  void advance_to(WorkerState next) noexcept {
    if (next > m_state) m_state = next;
  }

 private:
  WorkerState m_state = WorkerState::starting;
};

}  // namespace spritefarm
