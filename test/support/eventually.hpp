#pragma once

#include <chrono>
#include <thread>

namespace spritefarm::test {

/// Polls until `predicate` is true; false if `bound` has passed. The bound is generous for slow machines. Use
/// it only for conditions that cannot be waited for.
template <typename Predicate>
bool eventually(Predicate predicate, std::chrono::steady_clock::duration bound = std::chrono::minutes(1)) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace spritefarm::test
