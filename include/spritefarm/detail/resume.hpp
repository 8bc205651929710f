#pragma once

#include <spritefarm/detail/visibility.hpp>

#include <coroutine>
#include <utility>

namespace SPRITEFARM_API spritefarm {
namespace detail {

/// Of one thread.
struct ResumeState {
  bool is_running = false;
  std::coroutine_handle<> next{};
};

/// Resumes the coroutines of tasks one after another in a loop, so that a chain of any length needs the stack
/// of one. A coroutine that hands over to another one names it and returns to the loop. (Symmetric transfer
/// does the same where compilers make it a jump, which they do not at every level of optimisation.)
class ResumeLoop {
 public:
  /// While it exists, what runs on this thread does not return to the loop that called it soon.
  class Pause {
   public:
    Pause() noexcept : m_outer(std::exchange(s_current, ResumeState())) {}
    ~Pause() { s_current = m_outer; }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    ResumeState m_outer;
  };

  /// Resumes a coroutine, and returns when it and all that it hands over to are suspended.
  static void run(std::coroutine_handle<> coroutine) {
    const Pause outer;
    s_current.is_running = true;
    for (; coroutine; coroutine = std::exchange(s_current.next, nullptr)) coroutine.resume();
  }
  /// To be the last step of a coroutine that suspends: it resumes `next` after that, or at once.
  static void hand_over(std::coroutine_handle<> next) {
    if (s_current.is_running && !s_current.next)
      s_current.next = next;
    else
      run(next);
  }

 private:
  static inline thread_local constinit ResumeState s_current{};
};

}  // namespace detail
}  // namespace spritefarm
