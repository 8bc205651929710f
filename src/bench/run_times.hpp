#pragma once

#include "farm/run_listener.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// Who worked on one sprite, and when: milliseconds since before the run's process was forked.
struct SpriteSpan {
  int worker = 0;
  double begin_ms = 0, end_ms = 0;  ///< its pokémon's begin in the worker, and when the file was on disk
  std::string sprite;
};

/// When each sprite of a run was downloaded, gathered as results come in. Of the coordinator's thread.
class RunTimes final : public farm::RunListener {
 public:
  using Clock = std::chrono::steady_clock;

  /// So many sprites have a span: as many as can still be told apart on a page.
  static constexpr std::size_t max_spans = 2000;
  /// The shares of all sprites, for which sprite_ms() says in which time they were there.
  static constexpr double shares[] = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1};

  explicit RunTimes(Clock::time_point begin) : m_begin(begin.time_since_epoch()) {}

  void on_result(std::uint64_t number, const farm::FarmResult& result) override;

  /// When the first task began; 0 where none did.
  [[nodiscard]] double start_ms() const;
  /// One for each of `shares`.
  [[nodiscard]] std::vector<double> sprite_ms() const;
  /// Of the sprites that began first, in that order; the workers are numbered from 1 in the order of their begin.
  [[nodiscard]] std::vector<SpriteSpan> spans() const;

 private:
  [[nodiscard]] double since_begin(std::chrono::nanoseconds time) const;

  const std::chrono::nanoseconds m_begin;
  std::optional<std::chrono::nanoseconds> m_first_began;
  std::vector<SpriteSpan> m_spans;  // of all, the workers by their threads' ids
};

}  // namespace spritefarm::bench
