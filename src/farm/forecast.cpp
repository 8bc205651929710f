#include "farm/forecast.hpp"

#include "net/rate_limiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spritefarm::farm {
namespace {

/// The PokéAPI has 52,286 sprites for 1351 pokémon, and at most 124 for one of them.
constexpr std::uint64_t known_pokemon = 1351, max_sprites = 124, rounded_mean_sprites = 40;
constexpr std::uint64_t index_and_dataset = 2;  // documents
constexpr std::uint64_t documents_of_name =
    4;  // both forms of the record's URL, the species, the default form

/// The greatest number of sprites of one pokémon that a key can select, by the tree of the PokéAPI.
std::uint64_t max_sprites_of(const std::string& key) {
  if (key == "all") return max_sprites;
  if (key.find('*') == key.npos) return 1;
  const bool is_other = key.starts_with("other.");
  if (!key.ends_with('*')) return is_other ? 4 : 20;  // one of each group below
  if (key == "*") return 8;
  return is_other ? 16 : 100;
}

/// Never too low: the first pokémon have far more sprites than the mean, all together have the mean.
std::uint64_t max_images(std::uint64_t pokemon, const std::vector<std::string>& keys) {
  std::uint64_t of_each = 0;
  for (const std::string& key : keys) of_each += max_sprites_of(key);
  return std::min(pokemon * std::min(of_each, max_sprites),
                  std::max(pokemon, known_pokemon) * rounded_mean_sprites);
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
  if (!settings.dry_run) m_images = max_images(pokemon, settings.sprite_keys);
  m_documents = settings.are_named ? pokemon * documents_of_name : pokemon + index_and_dataset;
  if (m_rate <= 0) return;
  // The PokéAPI has one host for records and one for images, used concurrently. Other servers may have one
  // for both.
  const bool two_hosts = settings.base_url.starts_with("https://pokeapi.co/");
  const std::uint64_t busiest = two_hosts ? std::max(m_documents, m_images) : m_documents + m_images;
  const std::uint64_t burst = static_cast<std::uint64_t>(net::Rate::polite(m_rate).burst);
  m_time =
      std::chrono::seconds(std::llround(static_cast<double>(busiest - std::min(burst, busiest)) / m_rate));
}

bool Forecast::is_long() const noexcept {
  return requests() >= 5000 || m_time >= std::chrono::seconds(20);
}

std::string Forecast::text() const {
  const std::string requests =
      fmt::format("up to about {} requests ({} records, {} images)", this->requests(), m_records, m_images);
  if (m_rate <= 0) return requests + ", as fast as the servers answer (an estimate)";
  return fmt::format("{}, about {} at {:g} a second to a host (an estimate; see --rate)", requests,
                     duration_text(m_time), m_rate);
}

}  // namespace spritefarm::farm
