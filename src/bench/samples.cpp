#include "bench/samples.hpp"

#include <algorithm>
#include <cstddef>

namespace spritefarm::bench {

void Samples::add(double value) {
  m_values.push_back(value);
}

double Samples::quantile(double share) const {
  if (m_values.empty()) return 0;
  std::vector<double> sorted = m_values;
  std::sort(sorted.begin(), sorted.end());
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace spritefarm::bench
