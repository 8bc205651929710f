#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// An estimate of the requests of a run and of the time that they take at its rate, made before it begins. It
/// knows the PokéAPI's contents. Of these, the run makes no more requests than that, except retries. A value.
class Forecast {
 public:
  struct Settings {
    std::vector<std::string> sprite_keys;  ///< as they were given
    std::string base_url;
    double rate = 0;  ///< requests a second to one host; 0: no limit
    bool dry_run = false;
    bool are_named = false;  ///< the pokémon are given by name, not by the index
  };
  Forecast(std::uint64_t pokemon, const Settings& settings);

  [[nodiscard]] std::uint64_t records() const noexcept { return m_records; }
  [[nodiscard]] std::uint64_t images() const noexcept { return m_images; }
  /// Also those for other documents.
  [[nodiscard]] std::uint64_t requests() const noexcept { return m_documents + m_images; }
  /// The least time that the rate limit allows; zero: no limit.
  [[nodiscard]] std::chrono::seconds time() const noexcept { return m_time; }

  /// Whether the run is long enough to announce the forecast.
  [[nodiscard]] bool is_long() const noexcept;
  /// The forecast as a message.
  [[nodiscard]] std::string text() const;

 private:
  std::uint64_t m_records;
  std::uint64_t m_documents = 0;  // records and others
  std::uint64_t m_images = 0;
  double m_rate;
  std::chrono::seconds m_time{0};
};

}  // namespace spritefarm::farm
