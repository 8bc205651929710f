#pragma once

#include "farm/run_listener.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// The time that one sprite took, and its worker. Times are milliseconds since just before the run's process
/// was forked.
struct SpriteSpan {
  int worker = 0;
  double begin_ms = 0, end_ms = 0;  ///< start of the pokémon's task in the worker; file on disk
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

  void on_result(std::uint64_t number, const farm::FarmResult& result) override;

  /// The start of the first task; 0 if there was none.
  [[nodiscard]] double start_ms() const;
  /// The quantiles of a sprite's time, one for each of `shares`.
  [[nodiscard]] std::vector<double> sprite_ms() const;
  /// The sprites that began first, in the order of their start. Workers are numbered from 1, also in that
  /// order.
  [[nodiscard]] std::vector<SpriteSpan> spans() const;

 private:
  [[nodiscard]] double since_begin(std::chrono::nanoseconds time) const;

  const std::chrono::nanoseconds m_begin;
  std::optional<std::chrono::nanoseconds> m_first_began;
  std::vector<SpriteSpan> m_spans;  // of all sprites; `worker` is a thread id
};

}  // namespace spritefarm::bench
