#pragma once

#include "bench/samples.hpp"
#include "text/json_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::bench {

/// The values of one metric in all rounds.
template <typename Round, typename Metric>
Samples over(const std::vector<Round>& rounds, const Metric& metric) {
  Samples samples;
  for (const Round& round : rounds) samples.add(metric(round));
  return samples;
}

/// A number of about three digits: 1234567, 12.3, 0.012.
std::string brief(double number);
/// "min–max"
std::string spread(const Samples& samples);
/// Adds the member `name`: {median, min, max, rounds}.
void put(text::JsonWriter& json, std::string_view name, const Samples& samples);

}  // namespace spritefarm::bench
