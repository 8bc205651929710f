#pragma once

#include "cli/text_style.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spritefarm::cli {

/// A part of a progress line. If the line has no room for all parts, those of the last ranks are omitted.
struct ProgressPart {
  enum class Rank : std::uint8_t { pause, count, important, bar, other };

  std::string text;
  Tone tone = Tone::plain;
  Rank rank = Rank::other;
};

/// A bar of 20 columns.
ProgressPart progress_bar(std::uint64_t done, std::uint64_t expected);
/// The parts that fit into `columns`, in their order. Of equal ranks, the first ones fit first.
Line progress_line(const std::vector<ProgressPart>& parts, std::size_t columns);
/// The parts in one message, without the bar.
std::string progress_message(const std::vector<ProgressPart>& parts);
/// "12 s", "2:05", "1:02:05".
std::string duration_text(double seconds);

}  // namespace spritefarm::cli
