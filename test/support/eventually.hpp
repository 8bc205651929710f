#pragma once

#include <chrono>
#include <thread>

namespace spritefarm::test {

/// Waits until it is so; false where the bound is reached, which is far above what it takes on slow machines. For what
/// tells nobody when it happens.
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
