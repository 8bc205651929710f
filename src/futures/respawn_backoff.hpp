#pragma once

#include <chrono>
#include <optional>

namespace spritefarm {

/// Why a worker that was asked for did not become ready.
enum class StartFailure {
  busy,     ///< the zygote takes no more requests now
  killed,   ///< somebody killed it, or the zygote
  refused,  ///< the system forks no process now
  crashed   ///< it ended by itself, or its initializer never came to its end
};

/// How fast a pool starts workers while starts fail, and when it stops trying. The first failure costs no time; each
/// further one in a row doubles the wait, up to a second. A worker that becomes ready ends the row.
///
/// The limit counts failures without any progress, which is a worker that becomes ready or a result. Workers and
/// zygotes that are killed by others cost time and nothing else, as long as something is done between two kills. A start
/// that crashes by itself will hardly succeed the next time, so it counts most: five crashes, ten refusals (two
/// seconds) or twenty kills (thirteen seconds) in a row exhaust it.
///
/// Owned by the Scheduler.
class RespawnBackoff {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void on_failure(StartFailure failure, Time now);
  void on_ready() noexcept;
  void on_progress() noexcept { m_strikes = 0; }

  /// No worker can be started any more.
  void stop() noexcept { m_is_stopped = true; }
  [[nodiscard]] bool is_stopped() const noexcept { return m_is_stopped; }

  [[nodiscard]] bool allows_start() const noexcept { return !m_is_stopped && !m_not_before; }
  /// When it does; none: now, or never.
  [[nodiscard]] std::optional<Time> not_before() const noexcept {
    return m_is_stopped ? std::nullopt : m_not_before;
  }
  /// Lets workers be started again, once that time has come.
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

}  // namespace spritefarm
