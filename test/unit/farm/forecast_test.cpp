#include "farm/forecast.hpp"

#include "support/catch.hpp"

using namespace spritefarm;
using namespace spritefarm::farm;
using namespace std::chrono_literals;

namespace {

Forecast::Settings asking_for(std::vector<std::string> sprite_keys, double rate) {
  return {.sprite_keys = std::move(sprite_keys), .base_url = "https://pokeapi.co/api/v2/", .rate = rate};
}

}  // namespace

TEST_CASE("the forecast for all sprites of all pokémon has requests and time", "[farm][forecast]") {
  const Forecast forecast(1351, asking_for({"all"}, 100));
  CHECK(forecast.records() == 1351);
  CHECK(forecast.images() == 54040);  // more than the 52,286 of today
  CHECK(forecast.time() == 538s);     // (54040 - 256) / 100
  CHECK(forecast.is_long());
  CHECK(forecast.text() ==
        "up to about 55393 requests (1351 records, 54040 images), "
        "about 9 min at 100 a second to a host (an estimate; see --rate)");
}

TEST_CASE("the forecast is not below what follows", "[farm][forecast]") {
  const auto images = [](std::uint64_t pokemon, const char* key) {
    return Forecast(pokemon, asking_for({key}, 100)).images();
  };
  CHECK(images(60, "all") >= 5298);   // of the real records 1 to 60
  CHECK(images(100, "all") >= 8781);  // of 1 to 100
  CHECK(images(1, "all") >= 119);
  CHECK(images(1, "*") == 8);
  CHECK(images(1, "other.*.front_default") == 4);
  CHECK(images(1, "versions.*.*.front_default") >= 18);
  CHECK(images(1, "versions.*.*.*") >= 92);
  CHECK(Forecast(1, asking_for({"*", "*.*.*", "all"}, 100)).images() == 124);
  Forecast::Settings species = asking_for({"front_default"}, 100);
  species.are_named = true;
  CHECK(Forecast(4, species).requests() >= 20);  // four documents and an image of each
}

TEST_CASE("only a long run announces its forecast", "[farm][forecast]") {
  CHECK_FALSE(Forecast(100, asking_for({"front_default"}, 100)).is_long());
  CHECK(Forecast(100, asking_for({"front_default"}, 1)).is_long());
  CHECK_FALSE(Forecast(1351, asking_for({"front_default"}, 0)).is_long());
  CHECK(Forecast(1351, asking_for({"all"}, 0)).is_long());
}

TEST_CASE("the forecast of a dry run has no images, and one host serves both kinds unless it is pokeapi.co",
          "[farm][forecast]") {
  Forecast::Settings settings = asking_for({"front_default", "back_default"}, 10);
  CHECK(Forecast(1000, settings).images() == 2000);
  settings.base_url = "http://127.0.0.1/api/v2/";
  CHECK(Forecast(1000, settings).time() == 298s);  // (3002 - 26) / 10
  settings.dry_run = true;
  CHECK(Forecast(1000, settings).images() == 0);
  CHECK(Forecast(1000, settings).time() == 98s);
}
