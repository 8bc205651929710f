#include "farm/forecast.hpp"

#include "net/rate_limiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spritefarm::farm {
namespace {

/// Sprites of each pokémon: the PokéAPI has 52,286 for 1351 pokémon. The number for a key with wildcards is a
/// guess.
constexpr double sprites_of_all = 52286.0 / 1351, sprites_of_wildcard = 8;

double sprites_of_each(const std::vector<std::string>& keys) {
  double sprites = 0;
  for (const std::string& key : keys)
    sprites += key == "all" ? sprites_of_all : key.find('*') != key.npos ? sprites_of_wildcard : 1;
  return std::min(sprites, sprites_of_all);
}

std::string duration_text(std::chrono::seconds time) {
  const auto count = time.count();
  if (count < 60) return fmt::format("{} s", count);
  if (count < 3600) return fmt::format("{} min", (count + 30) / 60);
  return fmt::format("{} h {} min", count / 3600, count % 3600 / 60);
}

}  // namespace

Forecast::Forecast(std::uint64_t pokemon, const Settings& settings)
    : m_records(pokemon), m_rate(settings.rate) {
  if (!settings.dry_run)
    m_images = static_cast<std::uint64_t>(
        std::llround(static_cast<double>(pokemon) * sprites_of_each(settings.sprite_keys)));
  if (m_rate <= 0) return;
  // The PokéAPI has one host for records and one for images, used concurrently. Other servers may have one
  // for both.
  const bool two_hosts = settings.base_url.starts_with("https://pokeapi.co/");
  const std::uint64_t busiest = two_hosts ? std::max(m_records, m_images) : m_records + m_images;
  const std::uint64_t burst = static_cast<std::uint64_t>(net::Rate::polite(m_rate).burst);
  m_time =
      std::chrono::seconds(std::llround(static_cast<double>(busiest - std::min(burst, busiest)) / m_rate));
}

bool Forecast::is_long() const noexcept {
  return m_records + m_images >= 5000 || m_time >= std::chrono::seconds(20);
}

std::string Forecast::text() const {
  const std::string requests = fmt::format("up to about {} requests ({} records, {} images)",
                                           m_records + m_images, m_records, m_images);
  if (m_rate <= 0) return requests + ", as fast as the servers answer (an estimate)";
  return fmt::format("{}, about {} at {:g} a second to a host (an estimate; see --rate)", requests,
                     duration_text(m_time), m_rate);
}

}  // namespace spritefarm::farm
