#include "bench/metric_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace spritefarm::bench {

std::string brief(double number) {
  const double size = std::abs(number);
  return size >= 100 ? fmt::format("{:.0f}", number)
         : size >= 1 ? fmt::format("{:.3g}", number)
                     : fmt::format("{:.2g}", number);
}

std::string spread(const Samples& samples) {
  return fmt::format("{}–{}", brief(samples.min()), brief(samples.max()));
}

void put(text::JsonWriter& json, std::string_view name, const Samples& samples) {
  json.key(name).begin_object();
  json.key("median").value(samples.median());
  json.key("min").value(samples.min());
  json.key("max").value(samples.max());
  json.key("rounds").begin_list();
  for (const double value : samples.in_order()) json.value(value);
  json.end_list().end_object();
}

}  // namespace spritefarm::bench
