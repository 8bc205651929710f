#pragma once

#include "bench/samples.hpp"

#include <string>

namespace spritefarm::bench {

/// How many times as large one quantity is as another, by their repeated measurements.
struct Ratio {
  Ratio(const Samples& numerator, const Samples& denominator);

  /// Whether both were measured often enough, and differ by more than their rounds do among themselves: the
  /// medians must be farther apart than twice the spread, and by at least 3 percent.
  [[nodiscard]] bool is_clear() const noexcept;
  /// Whether the rounds vary so much that a difference worth knowing could hide in them.
  [[nodiscard]] bool is_noisy() const noexcept { return spread > 0.15 * value; }
  /// "14.8 ± 0.4"; without a spread, "14.8".
  [[nodiscard]] std::string text() const;

  double value = 0;   ///< of the medians
  double spread = 0;  ///< half of the ranges of both, added
  bool has_spread = false;
};

}  // namespace spritefarm::bench
