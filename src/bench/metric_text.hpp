#pragma once

#include "bench/samples.hpp"
#include "text/json_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::bench {

/// One metric of all rounds.
template <typename Round, typename Metric>
Samples over(const std::vector<Round>& rounds, const Metric& metric) {
  Samples samples;
  for (const Round& round : rounds) samples.add(metric(round));
  return samples;
}

/// A number as one reads it best: 1234567, 12.3, 0.012.
std::string brief(double number);
/// "least–most"
std::string spread(const Samples& samples);
/// A member of that name: its median, least and most, and all in the order of the rounds.
void put(text::JsonWriter& json, std::string_view name, const Samples& samples);

}  // namespace spritefarm::bench
