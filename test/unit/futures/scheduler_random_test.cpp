#include "support/catch.hpp"
#include "support/random_seeds.hpp"
#include "support/scheduler_model.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>

using spritefarm::OnWorkerDeath;
using spritefarm::futures::SchedulerOptions;
using spritefarm::test::play_seeds;
using spritefarm::test::Random;
using spritefarm::test::SchedulerModel;
using Event = SchedulerModel::Event;

namespace {

/// How often each event is tried, of 256 times.
using Weights = std::array<int, static_cast<std::size_t>(Event::count)>;

// submit recall terminate spawn refuse ready start finish grow deliver signal exit crash kill zygote (and no
// standby) told protocol damage time request
constexpr Weights calm{50, 4, 2, 12, 0, 12, 50, 50, 1, 60, 4, 4, 0, 0, 0, 0, 4, 0, 0, 2, 1};
constexpr Weights mixed{40, 6, 4, 14, 3, 14, 40, 40, 2, 46, 8, 6, 3, 4, 2, 0, 12, 2, 2, 6, 2};
constexpr Weights storm{36, 4, 2, 24, 2, 24, 38, 30, 1, 44, 4, 4, 1, 14, 4, 1, 16, 0, 0, 7, 1};
// As a storm is that kills no faster than something is done: it costs time, and nothing else.
constexpr Weights steady_storm{36, 4, 2, 22, 0, 22, 38, 30, 1, 44, 4, 4, 0, 20, 10, 0, 14, 0, 0, 4, 1};

/// One of 256 events, by its weight.
struct Deck {
  std::array<Event, 256> cards{};
  explicit Deck(const Weights& weights) {
    std::size_t next = 0;
    for (std::size_t event = 0; event < weights.size(); ++event)
      for (int i = 0; i < weights[event] && next < cards.size(); ++i)
        cards[next++] = static_cast<Event>(event);
    for (; next < cards.size(); ++next) cards[next] = Event::deliver;
  }
};

SchedulerOptions random_options(Random& random) {
  SchedulerOptions options;
  options.max_workers = 1 + static_cast<int>(random() % 4);
  options.worker_concurrency = 1 + static_cast<int>(random() % 3);
  options.worker_slots = static_cast<std::uint32_t>(options.worker_concurrency) + random() % 6;
  options.max_tasks_per_child = random() % 3 ? 0 : 1 + static_cast<int>(random() % 5);
  options.on_worker_death = random() % 8 ? OnWorkerDeath::replace : OnWorkerDeath::break_pool;
  options.terminate_grace = std::chrono::milliseconds(random() % 200);
  return options;
}

struct Played {
  std::uint64_t events = 0, calls = 0, kills = 0, broken = 0;
};

void play(std::uint64_t seed, Played& total) {
  static const std::array decks{Deck(calm), Deck(mixed), Deck(storm), Deck(steady_storm)};
  Random random(seed);
  const Deck& deck = decks[random() % decks.size()];
  const bool is_steady = &deck == &decks.back();
  SchedulerOptions options = random_options(random);
  if (is_steady) options.on_worker_death = OnWorkerDeath::replace;
  SchedulerModel model(options);
  const std::uint32_t steps = 200 + random() % 4000;
  for (std::uint32_t step = 0; step < steps; ++step) {
    const std::uint32_t choice = random();
    const Event event = deck.cards[choice % 256];
    if (event == Event::submit && model.unfinished() >= 40) continue;
    const bool is_kill = event == Event::kill || event == Event::kill_zygote;
    if (is_steady && is_kill && !model.has_progressed()) continue;
    model.play(event, choice / 256);
  }
  if (is_steady && model.scheduler().is_broken())
    throw SchedulerModel::Violation("workers and zygotes that are killed cost time, and nothing else");
  if (random() % 4 == 0) model.cancel_pending();
  if (random() % 16 == 0) model.break_pool(random() % 2 ? SIGTERM : SIGKILL);
  model.finish();
  total.events += model.events();
  total.calls += model.submitted();
  total.kills += model.kills();
  total.broken += model.scheduler().is_broken();
}

}  // namespace

TEST_CASE("no sequence of events loses a call, runs one too often or lets one wait in vain",
          "[scheduler][random]") {
  const std::clock_t begin = std::clock();
  Played total;
  const std::uint64_t seeds =
      play_seeds<SchedulerModel::Violation>([&](std::uint64_t seed) { play(seed, total); });
  const double cpu = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf(
      "%-34s %llu seeds, %llu calls, %llu kills, %llu pools broken, %llu events, %.2f million a CPU second\n",
      "random scheduler events", static_cast<unsigned long long>(seeds),
      static_cast<unsigned long long>(total.calls), static_cast<unsigned long long>(total.kills),
      static_cast<unsigned long long>(total.broken), static_cast<unsigned long long>(total.events),
      static_cast<double>(total.events) / cpu / 1e6);
}
