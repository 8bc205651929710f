#pragma once

#include <cstdint>

namespace spritefarm::test {

/// A gate in shared memory, as a call names it in any thread or forked process of this program: it travels as the
/// address, which is the same in all of them.
struct GateRef {
  std::uintptr_t address = 0;

  /// Counts as arrived, then waits until the gate is open. Throws std::runtime_error when it is still closed after a
  /// minute.
  void pass() const;
  /// Only counts.
  void arrive() const;
  void open() const;
};

/// Holds up calls until the test opens it, and counts those that have come to it. Owned by the test and made before its
/// executor, so that forked workers share it and its calls have ended before it goes. Any thread or process.
class Gate {
 public:
  Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  [[nodiscard]] GateRef ref() const noexcept;
  void open() { ref().open(); }
  /// How many have come to it so far.
  [[nodiscard]] int arrived() const;
  /// Waits until so many more have come than were waited for before; throws std::runtime_error after a minute.
  void wait_for_arrivals(int count) const;

 private:
  void* m_shared;
};

}  // namespace spritefarm::test
