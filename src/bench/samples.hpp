#pragma once

#include <vector>

namespace spritefarm::bench {

/// Repeated measurements of one quantity.
class Samples {
 public:
  void add(double value);

  [[nodiscard]] const std::vector<double>& in_order() const noexcept { return m_values; }
  [[nodiscard]] double median() const { return quantile(0.5); }
  [[nodiscard]] double min() const { return quantile(0); }
  [[nodiscard]] double max() const { return quantile(1); }
  /// The quantile of `share`, from 0 to 1, interpolated between the two nearest values. 0 without values.
  [[nodiscard]] double quantile(double share) const;

 private:
  std::vector<double> m_values;
};

}  // namespace spritefarm::bench
