#include "cluster/cluster_model.hpp"
#include "support/catch.hpp"
#include "support/random_seeds.hpp"

#include <array>
#include <cstdio>

using spritefarm::test::ClusterModel;
using spritefarm::test::play_seeds;
using spritefarm::test::Random;
using Event = ClusterModel::Event;

namespace {

using Weights = std::array<int, static_cast<std::size_t>(Event::count)>;

// submit recall terminate | messages: client out, in, node out, in | finish, kill worker | kill node, cut
// node, cut client, restart broker, lose its data | reconnect refuse time
constexpr Weights node_kills{60, 4, 2, 60, 90, 120, 120, 90, 8, 3, 0, 0, 0, 0, 20, 0, 30};
constexpr Weights storm{60, 4, 2, 60, 90, 120, 120, 90, 8, 3, 3, 3, 2, 0, 60, 1, 30};
constexpr Weights disaster{60, 4, 2, 60, 90, 120, 120, 90, 8, 3, 3, 3, 2, 2, 60, 1, 30};

struct Totals {
  std::uint64_t calls = 0, executions = 0, deaths = 0, excuses = 0, faults = 0;
};

void play(std::uint64_t seed, Totals& total) {
  static const std::array decks{node_kills, storm, disaster};
  Random random(seed);
  const auto kind = random() % decks.size();
  const Weights& weights = decks[kind];
  std::uint32_t sum = 0;
  for (const int weight : weights) sum += static_cast<std::uint32_t>(weight);
  ClusterModel model(1 + static_cast<int>(random() % 4), 1 + static_cast<int>(random() % 3),
                     static_cast<int>(random() % 4), 1 + static_cast<int>(random() % 50));
  const std::uint32_t steps = 500 + random() % 6000;
  for (std::uint32_t step = 0; step < steps; ++step) {
    auto card = static_cast<int>(random() % sum);
    std::size_t event = 0;
    while (card >= weights[event]) card -= weights[event++];
    if (event == 0 && model.unfinished() >= 60) continue;
    model.play(static_cast<Event>(event), random());
  }
  model.finish();
  if (model.executions() > model.submitted() + model.deaths() + model.excuses())
    throw ClusterModel::Violation("executions are at most calls + deaths + unconfirmed publications");
  if (kind == 0 && model.excuses() > 0) throw ClusterModel::Violation("the death of a node leaves no doubt");
  total.calls += model.submitted();
  total.executions += model.executions();
  total.deaths += model.deaths();
  total.excuses += model.excuses();
  total.faults += model.faults();
}

}  // namespace

TEST_CASE("no sequence of kills loses a call or runs one more often than its retries allow",
          "[cluster][random]") {
  Totals total;
  const std::uint64_t seeds =
      play_seeds<ClusterModel::Violation>([&](std::uint64_t seed) { play(seed, total); });
  std::printf(
      "random cluster events: %llu seeds, %llu calls, %llu executions, %llu deaths, %llu doubts, %llu faults\n",
      static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(total.calls),
      static_cast<unsigned long long>(total.executions), static_cast<unsigned long long>(total.deaths),
      static_cast<unsigned long long>(total.excuses), static_cast<unsigned long long>(total.faults));
}
