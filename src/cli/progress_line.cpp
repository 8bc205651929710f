#include "cli/progress_line.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace spritefarm::cli {
namespace {

constexpr std::uint64_t bar_columns = 20;
constexpr std::size_t gap = 2;

}  // namespace

ProgressPart progress_bar(std::uint64_t done, std::uint64_t expected) {
  const std::uint64_t filled =
      expected == 0 ? bar_columns : bar_columns * std::min(done, expected) / expected;
  std::string text;
  for (std::uint64_t i = 0; i < bar_columns; ++i) text += i < filled ? "█" : "░";
  return {std::move(text), Tone::done, ProgressPart::Rank::bar};
}

Line progress_line(const std::vector<ProgressPart>& parts, std::size_t columns) {
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return parts[a].rank < parts[b].rank; });
  std::vector<bool> fits(parts.size());
  std::size_t used = 0;
  for (const std::size_t i : order) {
    const std::size_t width = text::width_of(parts[i].text) + (used == 0 ? 0 : gap);
    if (used > 0 && used + width > columns) continue;
    fits[i] = true;
    used += width;
  }
  Line line;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!fits[i]) continue;
    if (!line.empty()) line.push_back({std::string(gap, ' ')});
    line.push_back({parts[i].text, parts[i].tone});
  }
  return line;
}

std::string progress_message(const std::vector<ProgressPart>& parts) {
  std::string text;
  for (const ProgressPart& part : parts)
    if (part.rank != ProgressPart::Rank::bar) text += (text.empty() ? "" : ", ") + part.text;
  return text;
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace spritefarm::cli
