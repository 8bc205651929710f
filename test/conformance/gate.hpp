#pragma once

#include <cstdint>

namespace spritefarm::test {

/// The argument by which a call refers to a Gate. It is an address in shared memory, which is the same in
/// every forked process of this program.
struct GateRef {
  std::uintptr_t address = 0;

  /// Counts an arrival, then waits until the gate is open. Throws std::runtime_error after a minute.
  void pass() const;
  /// Counts an arrival. Does not wait.
  void arrive() const;
  void open() const;
};

/// Blocks calls until the test opens it, and counts their arrivals. Owned by the test, which creates it
/// before the executor: so forked workers share it, and it outlives its calls. Any thread or process.
class Gate {
 public:
  Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  [[nodiscard]] GateRef ref() const noexcept;
  void open() { ref().open(); }
  /// The number of arrivals so far.
  [[nodiscard]] int arrived() const;
  /// Waits for `count` more arrivals than the earlier waits. Throws std::runtime_error after a minute.
  void wait_for_arrivals(int count) const;

 private:
  void* m_shared;
};

}  // namespace spritefarm::test
