#include "farm/rate_division.hpp"

#include "support/catch.hpp"
#include "support/random_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using spritefarm::farm::RateDivision;

namespace {

using Time = RateDivision::Time;
using Nodes = std::vector<RateDivision::Node>;
const Time start{1000h};

double part_of(const RateDivision& division, const std::string& name) {
  for (const auto& part : division.table().parts)
    if (part.name == name) return part.part;
  return 0;
}

bool has_part(const RateDivision& division, const std::string& name, double part) {
  return std::abs(part_of(division, name) - part) < 1e-9;
}

}  // namespace

TEST_CASE("nodes share the rates by their slots", "[farm][division]") {
  RateDivision division(0.1);
  CHECK(division.update({{"a", 1}, {"b", 2}}, start));
  CHECK(has_part(division, "a", 0.3));
  CHECK(has_part(division, "b", 0.6));
  CHECK_FALSE(division.update({{"a", 1, 1}, {"b", 2, 1}}, start + 1s));
}

TEST_CASE("a node that joins gets what the others have told that they have given up", "[farm][division]") {
  RateDivision division(0);
  division.update({{"a", 1}}, start);
  REQUIRE(division.update({{"a", 1, 1}, {"b", 1}}, start));
  CHECK(has_part(division, "a", 0.5));
  CHECK(part_of(division, "b") == 0);
  CHECK_FALSE(division.update({{"a", 1, 1}, {"b", 1, 2}}, start + 1s));
  REQUIRE(division.update({{"a", 1, 2}, {"b", 1, 2}}, start + 2s));
  CHECK(has_part(division, "a", 0.5));
  CHECK(has_part(division, "b", 0.5));
}

TEST_CASE("the part of a node that is gone is given away when it has ended", "[farm][division]") {
  RateDivision division(0);
  division.update({{"a", 1}, {"b", 1}}, start);
  division.update({{"a", 1, 1}, {"b", 1, 1}}, start);
  division.update({{"a", 1, 1}}, start + RateDivision::lost_after - 1s);
  CHECK(has_part(division, "a", 0.5));
  CHECK(part_of(division, "b") == 0);
  division.update({{"a", 1, 2}}, start + RateDivision::lost_after);
  CHECK(has_part(division, "a", 1));
}

TEST_CASE("the parts that nodes use add up to no more than the whole", "[farm][division]") {
  spritefarm::test::Random random(1);
  const auto below = [&random](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  // A node: its tables arrive late, and it loses its part if none comes for part_lasts.
  struct Node {
    int slots = 1;
    bool is_heard = true;  // its messages arrive at the run, and the run's at it
    std::deque<RateDivision::Table> on_the_way{};
    std::uint32_t epoch = 0;
    double part = 0;
    Time renewed{};
  };
  for (int round = 0; round < 200; ++round) {
    RateDivision division(0.05);
    std::map<std::string, Node> nodes;
    double most = 0;
    Time now = start;
    for (int step = 0; step < 300; ++step, now += 1s) {
      if (below(10) == 0) nodes["n" + std::to_string(below(5))].slots = 1 + below(100);
      if (!nodes.empty() && below(15) == 0) {
        Node& any = std::next(nodes.begin(), below(static_cast<int>(nodes.size())))->second;
        any.is_heard = !any.is_heard;
        if (!any.is_heard) any.on_the_way.clear();
      }
      Nodes heard;
      for (const auto& [name, node] : nodes)
        if (node.is_heard) heard.push_back({name, node.slots, node.epoch});
      division.update(heard, now);
      double used = 0.05;
      for (auto& [name, node] : nodes) {
        if (node.is_heard) node.on_the_way.push_back(division.table());
        while (!node.on_the_way.empty() && (node.on_the_way.size() > 5 || below(2) == 0)) {
          const RateDivision::Table table = node.on_the_way.front();
          node.on_the_way.pop_front();
          node.epoch = table.epoch;
          node.renewed = now;
          const auto own = std::find_if(table.parts.begin(), table.parts.end(),
                                        [&wanted = name](const auto& part) { return part.name == wanted; });
          node.part = own == table.parts.end() ? 0 : own->part;
        }
        if (now - node.renewed >= RateDivision::part_lasts) node.part = 0;
        used += node.part;
      }
      most = std::max(most, used);
      REQUIRE(used < 1 + 1e-6);
    }
    CHECK((nodes.empty() || most > 0.5));
  }
}
