#include "farm/node_report.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

namespace spritefarm::farm {

std::string line_of(const NodeReport& node) {
  std::string line =
      fmt::format("node {:<16} {}  {}", text::printable(node.name),
                  node.is_there ? fmt::format("{:>4} of {} busy", node.busy, node.slots) : "gone",
                  text::counted(node.farmed, "sprite", "sprites"));
  if (node.is_there && node.rate > 0) line += fmt::format("  at most {:.3g} requests/s", node.rate);
  if (node.deaths > 0) line += fmt::format("  {} lost", text::counted(node.deaths, "call", "calls"));
  return line;
}

}  // namespace spritefarm::farm
