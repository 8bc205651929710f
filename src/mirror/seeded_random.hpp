#pragma once

#include "base/fnv1a.hpp"

#include <cstdint>
#include <string_view>

namespace spritefarm::mirror {

/// A pseudo-random generator (SplitMix64, seeded with FNV-1a of a text). The mirror's pictures, records and
/// faults are therefore the same in every run and on every machine.
class SeededRandom {
 public:
  explicit SeededRandom(std::string_view seed) noexcept : m_state(fnv1a(seed)) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = m_state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// From 0, inclusive, to 1, exclusive.
  double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double between(double low, double high) noexcept { return low + unit() * (high - low); }
  /// From 0 to limit - 1; `limit` is at least 1.
  unsigned below(unsigned limit) noexcept { return static_cast<unsigned>(next() % limit); }
  bool chance(double share) noexcept { return unit() < share; }

 private:
  std::uint64_t m_state;
};

}  // namespace spritefarm::mirror
