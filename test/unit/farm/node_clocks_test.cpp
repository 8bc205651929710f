#include "farm/node_clocks.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;
using namespace spritefarm::farm;
using Nanoseconds = std::chrono::nanoseconds;

namespace {

/// A result of two seconds, with a sprite that was fetched in its first.
FarmResult result_of(const std::string& node, Nanoseconds ended) {
  FarmResult result;
  result.node = node;
  result.began = ended - 2s;
  result.ended = ended;
  result.sprites.resize(2);
  result.sprites[0].times =
      PartTimes{.began = ended - 2s, .attempts = {{.began = ended - 2s, .ended = ended - 1s}}};
  return result;
}

Nanoseconds translated_end(NodeClocks& clocks, const std::string& node, Nanoseconds ended, Nanoseconds now) {
  FarmResult result = result_of(node, ended);
  clocks.translate(result, now);
  CHECK(result.ended - result.began == 2s);
  return result.ended;
}

}  // namespace

TEST_CASE("the times of a node are translated by its fastest result", "[farm][nodes]") {
  NodeClocks clocks;
  CHECK(translated_end(clocks, "a", 100s, 5s) == 5s);
  CHECK(translated_end(clocks, "a", 101s, 6500ms) == 6s);
  CHECK(translated_end(clocks, "a", 102s, 6900ms) == 6900ms);
  CHECK(translated_end(clocks, "a", 103s, 9s) == 7900ms);
  CHECK(translated_end(clocks, "b", 3s, 9s) == 9s);
}

TEST_CASE("all times of a result are translated, and what is no time stays none", "[farm][nodes]") {
  FarmResult result = result_of("a", 100s);
  result.record_times = PartTimes{.began = 98s, .ended = 99s};
  NodeClocks().translate(result, 10s);
  CHECK(result.began == 8s);
  CHECK(result.record_times->began == 8s);
  CHECK(result.record_times->write_began == 0s);
  CHECK(result.record_times->ended == 9s);
  const auto& attempt = result.sprites[0].times->attempts.at(0);
  CHECK(attempt.began == 8s);
  CHECK(attempt.ended == 9s);
  CHECK(attempt.away_since == 0s);
  CHECK_FALSE(result.sprites[1].times);
}

TEST_CASE("a result of no node, or of no worker, keeps its times", "[farm][nodes]") {
  NodeClocks clocks;
  CHECK(translated_end(clocks, "", 100s, 5s) == 100s);
  FarmResult hit;
  hit.node = "a";
  clocks.translate(hit, 5s);
  CHECK(hit.ended == 0s);
}
