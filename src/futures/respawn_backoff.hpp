#pragma once

#include <chrono>
#include <optional>

namespace spritefarm::futures {

/// Why a requested worker did not become ready.
enum class StartFailure {
  busy,     ///< the request queue of the zygote is full
  killed,   ///< the worker, or the zygote, was killed by SIGKILL
  refused,  ///< the system refused a process or a descriptor
  crashed   ///< the worker ended by itself or broke the protocol
};

/// Spaces the starts of workers while they fail, and decides when to give up. The first failure delays
/// nothing; each further one doubles the delay, from 10 ms up to a second. A worker that becomes ready resets
/// it.
///
/// The limit counts failures without progress. Progress is a worker that becomes ready, or a result. So
/// killed workers and zygotes cost time and nothing else, if the pool makes any progress between two kills. A
/// crash weighs most, since the next start will hardly do better: five crashes, ten refusals (2 s) or twenty
/// kills (13 s) in a row exhaust the limit.
///
/// Owned by the Scheduler.
class RespawnBackoff {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void on_failure(StartFailure failure, Time now);
  void on_ready() noexcept;
  void on_progress() noexcept { m_strikes = 0; }

  /// No start can succeed any more.
  void stop() noexcept { m_is_stopped = true; }
  [[nodiscard]] bool is_stopped() const noexcept { return m_is_stopped; }

  [[nodiscard]] bool allows_start() const noexcept { return !m_is_stopped && !m_not_before; }
  /// The end of the delay; none: no delay, or stopped.
  [[nodiscard]] std::optional<Time> not_before() const noexcept {
    return m_is_stopped ? std::nullopt : m_not_before;
  }
  /// Ends the delay, if it is over.
  void run_due(Time now) noexcept {
    if (m_not_before && *m_not_before <= now) m_not_before.reset();
  }
  [[nodiscard]] bool is_exhausted() const noexcept;
  /// Starts that have failed since a worker became ready.
  [[nodiscard]] int failures() const noexcept { return m_failures; }

 private:
  int m_failures = 0;
  int m_strikes = 0;
  std::optional<Time> m_not_before;
  bool m_is_stopped = false;
};

}  // namespace spritefarm::futures
