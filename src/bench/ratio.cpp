#include "bench/ratio.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace spritefarm::bench {
namespace {

constexpr std::size_t min_rounds = 3;
constexpr double min_difference = 0.03;

double relative_spread(const Samples& samples) {
  return (samples.max() - samples.min()) / 2 / samples.median();
}

}  // namespace

Ratio::Ratio(const Samples& numerator, const Samples& denominator)
    : value(numerator.median() / denominator.median()),
      spread(value * (relative_spread(numerator) + relative_spread(denominator))),
      has_spread(std::min(numerator.in_order().size(), denominator.in_order().size()) >= min_rounds) {}

bool Ratio::is_clear() const noexcept {
  // Of which of both is the numerator, the answer must not depend.
  const double distance = std::abs(value - 1) / std::max(value, 1.0), relative = spread / value;
  return has_spread && distance > min_difference && distance > 2 * relative;
}

std::string Ratio::text() const {
  const int decimals = value >= 100 ? 0 : has_spread && value < 10 && spread < 0.05 ? 2 : 1;
  return has_spread ? fmt::format("{:.{}f} ± {:.{}f}", value, decimals, spread, decimals)
                    : fmt::format("{:.{}f}", value, decimals);
}

}  // namespace spritefarm::bench
