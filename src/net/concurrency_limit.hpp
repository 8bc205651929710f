#pragma once

#include "net/shared_time.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace spritefarm::net {

/// How many requests to one host may be in flight, over all workers of a run. It follows the line and the
/// host: AIMD with slow start, as TCP's congestion control (RFC 5681), and with the delay test of TCP Vegas
/// (Brakmo and Peterson, 1995). It grows only while the latency, the time to the first byte of a response,
/// stays near its minimum, so that requests do not queue on a slow line. It is halved, at most once for each
/// latency, if the host refuses, resets or leaves requests unanswered, or asks for a pause.
///
/// Lock-free: a process that dies cannot block the others, and a lost update costs a step. Implausible values
/// are ignored. Lives in zeroed shared memory. Never fails.
class ConcurrencyLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::nanoseconds;

  /// HTTP/2 carries many requests on one connection. HTTP/1.1 needs a connection for each, so the limit
  /// begins lower and grows by one connection for each window of responses.
  enum class Protocol { http1, http2 };
  static constexpr double initial_http1 = 32, initial_http2 = 128;
  static constexpr double min = 2, max = 1024;

  [[nodiscard]] double limit(Protocol protocol) const noexcept;
  /// The share of one of `clients` that make requests: at least 1.
  [[nodiscard]] int share(Protocol protocol, int clients) const noexcept;

  /// A response whose first byte came `latency` after its request. `is_in_use` if the client had its whole
  /// share in flight; otherwise the limit does not grow.
  void on_response(Protocol protocol, Duration latency, bool is_in_use, Time now) noexcept;
  void on_overload(Protocol protocol, Time now) noexcept;

 private:
  static_assert(std::atomic<double>::is_always_lock_free);

  void shrink(Protocol protocol, double factor, Duration interval, Time now) noexcept;

  std::atomic<double> m_limit{0};              // 0: the initial one
  std::atomic<double> m_slow_start_end{0};     // 0: never shrunk
  std::atomic<std::int64_t> m_min_latency{0};  // ns; 0: no response yet
  std::atomic<std::int64_t> m_latency{0};      // ns, smoothed
  SharedTime m_shrunk_at{0};
};

}  // namespace spritefarm::net
