#pragma once

#include <vector>

namespace spritefarm::bench {

/// The values that one thing had when it was measured several times.
class Samples {
 public:
  void add(double value);

  [[nodiscard]] const std::vector<double>& in_order() const noexcept { return m_values; }
  [[nodiscard]] double median() const { return quantile(0.5); }
  [[nodiscard]] double least() const { return quantile(0); }
  [[nodiscard]] double most() const { return quantile(1); }
  /// The value that a share of the values, from 0 to 1, is not above; between two of them where the share falls there.
  /// 0 where there are none.
  [[nodiscard]] double quantile(double share) const;

 private:
  std::vector<double> m_values;
};

}  // namespace spritefarm::bench
