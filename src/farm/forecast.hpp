#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// An estimate of the requests of a run and of the time that they take at its rate, made before it begins. It
/// knows the PokéAPI's usual contents. A value.
class Forecast {
 public:
  struct Settings {
    std::vector<std::string> sprite_keys;  ///< as they were given
    std::string base_url;
    double rate = 0;  ///< requests a second to one host; 0: no limit
    bool dry_run = false;
  };
  Forecast(std::uint64_t pokemon, const Settings& settings);

  [[nodiscard]] std::uint64_t records() const noexcept { return m_records; }
  [[nodiscard]] std::uint64_t images() const noexcept { return m_images; }
  /// The least time that the rate limit allows; zero: no limit.
  [[nodiscard]] std::chrono::seconds time() const noexcept { return m_time; }

  /// Whether the run is long enough to announce the forecast.
  [[nodiscard]] bool is_long() const noexcept;
  /// The forecast as a message.
  [[nodiscard]] std::string text() const;

 private:
  std::uint64_t m_records;
  std::uint64_t m_images = 0;
  double m_rate;
  std::chrono::seconds m_time{0};
};

}  // namespace spritefarm::farm
