#include "bench/run_times.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::bench;
using namespace std::chrono_literals;

namespace {

const RunTimes::Clock::time_point begin{1h};

farm::FarmResult farm_result(const std::string& name, int worker, std::chrono::nanoseconds began,
                             const std::vector<std::chrono::nanoseconds>& took) {
  farm::FarmResult result;
  result.name = name;
  result.worker = worker;
  result.began = 1h + began;
  result.record_times = farm::PartTimes{.ended = 1h + began + 1ms};
  for (const std::chrono::nanoseconds time : took) {
    farm::SpriteResult sprite{"front_default", "", farm::SpriteStatus::downloaded};
    sprite.took = time;
    sprite.times = farm::PartTimes{1h + began, {{.ended = 1h + began + 2ms}}};
    result.sprites.push_back(sprite);
  }
  return result;
}

}  // namespace

TEST_CASE("spans name sprite, worker and times, in the order of their start", "[bench]") {
  RunTimes times(begin);
  CHECK(times.start_ms() == 0);
  CHECK(times.spans().empty());
  times.on_result(0, farm_result("late", 4711, 30ms, {5ms}));
  times.on_result(0, farm_result("first", 815, 10ms, {8ms, 4ms}));
  times.on_result(0, farm_result("second", 4711, 20ms, {}));
  farm::FarmResult failed = farm_result("failed", 4711, 40ms, {1ms});
  failed.sprites.front().status = farm::SpriteStatus::failed;
  times.on_result(0, failed);
  farm::FarmResult never = farm_result("never", 0, 0ms, {1ms});
  never.began = 0ns;
  times.on_result(0, never);

  CHECK(times.start_ms() == 10);
  const std::vector<SpriteSpan> spans = times.spans();
  REQUIRE(spans.size() == 3);
  CHECK(spans[0].worker == 1);
  CHECK(spans[0].begin_ms == 10);
  CHECK(spans[0].end_ms == 14);
  CHECK(spans[0].record_ms == 11);
  CHECK(spans[0].image_ms == 12);
  CHECK(spans[0].sprite == "first front_default");
  CHECK(spans[1].end_ms == 18);
  CHECK(spans[2].worker == 2);
  CHECK(spans[2].sprite == "late front_default");
  const std::vector<double> quantiles = times.sprite_ms();
  REQUIRE(quantiles.size() == std::size(RunTimes::shares));
  CHECK(quantiles[3] == 5);
  CHECK(quantiles.back() == 8);
}

TEST_CASE("only the first sprites of many have a span, but all count for the quantiles", "[bench]") {
  RunTimes times(begin);
  for (int i = 3000; i > 0; --i) times.on_result(0, farm_result("p", 1, i * 1ms, {i * 1ms}));
  CHECK(times.spans().size() == RunTimes::max_spans);
  CHECK(times.spans().back().begin_ms == RunTimes::max_spans);
  CHECK(times.sprite_ms().back() == 3000);
}
