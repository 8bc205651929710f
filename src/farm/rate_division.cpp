#include "farm/rate_division.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace spritefarm::farm {
namespace {

constexpr double negligible = 1e-6;

bool are_equal(const std::vector<RateDivision::Part>& a, const std::vector<RateDivision::Part>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
    return left.name == right.name && std::abs(left.part - right.part) < negligible;
  });
}

}  // namespace

double RateDivision::Entry::max_part() const {
  double max = 0;
  for (const auto& [epoch, part] : sent) max = std::max(max, part);
  return max;
}

void RateDivision::take(const std::vector<Node>& nodes, Time now) {
  for (auto& [name, entry] : m_entries) entry.is_there = false;
  for (const Node& node : nodes) {
    Entry& entry = m_entries[node.name];
    entry.slots = std::max(node.slots, 1);
    entry.is_there = true;
    entry.seen = now;
    entry.sent.erase(entry.sent.begin(), entry.sent.lower_bound(std::min(node.epoch, m_table.epoch)));
  }
  std::erase_if(m_entries, [now](const auto& each) { return now - each.second.seen >= lost_after; });
}

bool RateDivision::update(const std::vector<Node>& nodes, Time now) {
  take(nodes, now);
  double slots = 0, free = m_whole, wanted = 0;
  for (const auto& [name, entry] : m_entries) {
    if (entry.is_there) slots += entry.slots;
    free -= entry.max_part();
  }
  const auto fair_part = [&](const Entry& entry) { return m_whole * entry.slots / slots; };
  for (const auto& [name, entry] : m_entries)
    if (entry.is_there) wanted += std::max(fair_part(entry) - entry.max_part(), 0.0);
  const double given = wanted > 0 ? std::clamp(free / wanted, 0.0, 1.0) : 0;

  std::vector<Part> parts;
  for (const auto& [name, entry] : m_entries) {
    if (!entry.is_there) continue;
    const double fair = fair_part(entry), most = entry.max_part();
    parts.push_back({name, fair <= most ? fair : most + given * (fair - most)});
  }
  if (are_equal(parts, m_table.parts)) return false;
  m_table = {m_table.epoch + 1, std::move(parts)};
  for (const Part& part : m_table.parts) m_entries[part.name].sent[m_table.epoch] = part.part;
  return true;
}

}  // namespace spritefarm::farm
