#pragma once

#include "net/shared_time.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace spritefarm::net {

/// Whether a host can be asked, shared by all processes that map its memory. A host is away if it cannot be
/// reached, if it leaves requests for different URLs without a response, or if it has asked for a pause. One
/// request at a time probes it then, at growing intervals or after the pause, and the others wait. A host
/// that stays away longer than `max_away`, or that was never reached and fails `max_probes` probes or is
/// refused by the proxy, is given up: its requests fail at once.
///
/// Lock-free: a process that dies cannot block the others, and a probe that is lost with it is made again
/// later. Implausible values, which a broken process may have written, are ignored. Lives in zeroed shared
/// memory, which is a host of which nothing is known. Times are CLOCK_MONOTONIC. Never fails.
class Availability {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::nanoseconds;

  /// The interval before probe number `probe`, counted from 1: 500 ms, doubled with each, at most 10 s.
  static Duration probe_interval(int probe) noexcept;

  enum class State {
    available,
    away,     ///< the time of the next probe has not come
    probing,  ///< it has come; see claim_probe()
    given_up,
  };
  struct Status {
    State state = State::available;
    Time since{};            ///< the beginning of the absence, later by the time that the program was stopped
    Time next_probe{};       ///< when the next request may be sent
    bool has_asked = false;  ///< for a pause
    Time pause_until{};      ///< the end of that pause; `next_probe` is later while a probe is claimed
  };
  /// Gives the host up if it has been away for `max_away`, or asks for a longer pause.
  Status status(Time now, Duration max_away) noexcept;

  /// Reserves the due probe of a host that is away. False if another request has it, which is lost if the
  /// host neither answers nor fails within `patience`.
  bool claim_probe(Time now, Duration patience) noexcept;

  /// The number of requests that the host has answered, other than by asking for a pause.
  [[nodiscard]] std::uint64_t answers() const noexcept { return m_answers.load(std::memory_order_relaxed); }

  /// A response. The host is available again; a pause ends by the response to its probe alone, because other
  /// requests may have been sent before it. Returns whether this ends a pause.
  bool on_answer(bool is_probe) noexcept;
  /// A request could not be sent. `is_probe` if it had claimed the probe.
  void on_unreachable(Time now, bool is_probe, int max_probes) noexcept;
  /// A request was sent but not answered. `request` identifies its URL. The host is away once three URLs were
  /// not answered since its last answer: one or two that never are do not make it unavailable.
  void on_silence(Time now, std::uint64_t request, bool is_probe, int max_probes) noexcept;
  /// The proxy will send no request on to the host, which is given up if it was never reached.
  void on_refusal(Time now) noexcept;
  /// The host has asked for a pause.
  void on_pause(Time now, Time until, bool is_probe) noexcept;

  /// The program is stopped (Ctrl-Z), and continues. The time between does not count as absence.
  void on_stop(Time now) noexcept;
  void on_continue(Time now) noexcept;

  /// The end of the last pause that the host has asked for.
  [[nodiscard]] Time pause_until() const noexcept;
  /// The number of failed probes in a row.
  [[nodiscard]] int failed_probes() const noexcept { return m_failed_probes.load(std::memory_order_relaxed); }

 private:
  bool leave(Time now, bool has_asked) noexcept;

  SharedTime m_away_since{0};  // 0: available
  SharedTime m_next_probe{0};
  SharedTime m_pause_until{0};
  SharedTime m_stopped_at{0};  // 0: the program is not stopped
  std::atomic<std::uint64_t> m_answers{0};
  // Two requests without a response since the last answer, for different URLs; 0: none
  std::atomic<std::uint64_t> m_first_unanswered{0};
  std::atomic<std::uint64_t> m_second_unanswered{0};
  std::atomic<int> m_failed_probes{0};
  // Truth values: a broken process can write any, of which a bool has only two.
  std::atomic<int> m_has_asked{0};
  std::atomic<int> m_given_up{0};
};

}  // namespace spritefarm::net
