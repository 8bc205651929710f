#pragma once

#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace spritefarm::test {

/// xorshift64*: the same sequence everywhere, and faster than what it chooses.
class Random {
 public:
  explicit Random(std::uint64_t seed) : m_state(seed * 0x9e3779b97f4a7c15 + 1) {}
  std::uint32_t operator()() {
    m_state ^= m_state >> 12;
    m_state ^= m_state << 25;
    m_state ^= m_state >> 27;
    return static_cast<std::uint32_t>(m_state * 0x2545f4914f6cdd1d >> 32);
  }

 private:
  std::uint64_t m_state;
};

/// Calls `play` with one seed after the other: with 20 of them and for $SPRITEFARM_TEST_RANDOM_SECONDS [1],
/// or only with $SPRITEFARM_TEST_RANDOM_SEED. Returns their number. A Violation fails the test and names the
/// seed.
template <typename Violation, typename Play>
std::uint64_t play_seeds(Play play) {
  using Clock = std::chrono::steady_clock;
  const char* const seconds = std::getenv("SPRITEFARM_TEST_RANDOM_SECONDS");
  const char* const only_seed = std::getenv("SPRITEFARM_TEST_RANDOM_SEED");
  const auto end = Clock::now() + std::chrono::duration<double>(seconds ? std::stod(seconds) : 1.0);
  const std::uint64_t first = only_seed ? std::stoull(only_seed) : 1;
  std::uint64_t seed = first;
  do {
    try {
      play(seed);
    } catch (const Violation& violation) {
      FAIL("SPRITEFARM_TEST_RANDOM_SEED=" << seed << " violates: " << violation.what());
    }
    ++seed;
  } while (!only_seed && (seed <= 20 || Clock::now() < end));
  return seed - first;
}

}  // namespace spritefarm::test
