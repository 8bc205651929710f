#pragma once

#include "cli/options.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace spritefarm::farm {

/// What a run will probably ask the servers for, and how long that takes at its rate, guessed before it begins from what the
/// PokéAPI is known to hold. A value.
class Forecast {
 public:
  Forecast(std::uint64_t pokemon, const cli::Options& options);

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
