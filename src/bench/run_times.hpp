#pragma once

#include "farm/run_listener.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// The time that one sprite took, and its worker. Times are milliseconds since just before the run's process
/// was forked.
struct SpriteSpan {
  int worker = 0;
  double begin_ms = 0, end_ms = 0;     ///< start of the pokémon's task in the worker; file on disk
  double record_ms = 0, image_ms = 0;  ///< when the record was read and the image had arrived
  std::string sprite;
};

/// A downloaded sprite and where it came from.
struct SpriteSource {
  std::string record_url, pokemon, key;
  std::string path;  ///< below the output directory
};

/// The times of a sprite on the clock of farm::FarmResult::began. `worker` is a thread id.
struct SpriteTimes {
  int worker = 0;
  std::chrono::nanoseconds begin{0}, end{0};
  std::chrono::nanoseconds record{0}, image{0};
  std::string sprite;
};

/// Collects the times of a run's sprites from the results. Owned by the run, used by the coordinator's
/// thread.
class RunTimes final : public farm::RunListener {
 public:
  using Clock = std::chrono::steady_clock;

  /// The limit of spans(): more bars on a page would be indistinguishable.
  static constexpr std::size_t max_spans = 2000;
  /// The quantiles that sprite_ms() gives.
  static constexpr double shares[] = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1};

  explicit RunTimes(Clock::time_point begin) : m_begin(begin.time_since_epoch()) {}

  void on_submit(std::uint64_t number, const farm::FarmTask& task) override;
  void on_result(std::uint64_t number, const farm::FarmResult& result) override;
  void add(const SpriteTimes& times);

  /// The start of the first task; 0 if there was none.
  [[nodiscard]] double start_ms() const;
  /// The quantiles of a sprite's time, one for each of `shares`.
  [[nodiscard]] std::vector<double> sprite_ms() const;
  /// The sprites that began first, in the order of their start. Workers are numbered from 1, also in that
  /// order.
  [[nodiscard]] std::vector<SpriteSpan> spans() const;
  /// All downloaded sprites. Those of a pokémon follow one another.
  [[nodiscard]] const std::vector<SpriteSource>& sources() const noexcept { return m_sources; }

 private:
  [[nodiscard]] double since_begin(std::chrono::nanoseconds time) const;

  const std::chrono::nanoseconds m_begin;
  std::optional<std::chrono::nanoseconds> m_first_began;
  std::vector<SpriteSpan> m_spans;                     // of all sprites; `worker` is a thread id
  std::map<std::uint64_t, std::string> m_record_urls;  // of tasks that have no result yet
  std::vector<SpriteSource> m_sources;
};

}  // namespace spritefarm::bench
