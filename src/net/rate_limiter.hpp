#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace spritefarm::net {

/// How often one host may be asked: `per_second` in the long run, and `burst` times at once after a rest. So in any time
/// of t seconds it is asked no more than per_second * t + burst times.
struct Rate {
  double per_second = 0;  ///< 0: as often as one likes
  int burst = 1;

  /// What `--rate` means: bursts of 2.56 seconds' worth, of 256 requests at most.
  static Rate polite(double per_second);
  [[nodiscard]] bool is_limited() const noexcept { return per_second > 0; }
};

/// The limiter at which one host is asked, by everybody who has this memory: a generic cell rate algorithm, whose whole
/// state is one number; the time until which the host wants to be left alone; and what is known of its answers. All of it
/// is lock-free and in no process's hands: whoever dies, the others go on, and numbers that cannot be are not believed.
/// Lives in memory that processes share, zeroed when it is made. Times are CLOCK_MONOTONIC's, which is the same for all
/// processes of a machine. Never fails.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A host is left alone no longer than this: also what keeps a pause that a broken process wrote from being endless.
  static constexpr std::chrono::minutes max_pause{1};

  /// Takes the next place in the line: when its request may leave, now or later. Nobody else gets that place, so one who
  /// takes it and does not use it only wastes it.
  Time acquire(const Rate& rate, Time now) noexcept;

  /// Nobody is to ask it until then; and then there is only a small burst.
  void pause_until(const Rate& rate, Time until) noexcept;

  /// How long it is still to be left alone; zero: not at all.
  [[nodiscard]] std::chrono::nanoseconds retry_after_remaining(Time now) const noexcept;

  /// How many requests it has answered with something else than a wish to be left alone.
  [[nodiscard]] std::uint64_t answered() const noexcept { return m_answered.load(std::memory_order_relaxed); }
  void count_answer() noexcept { m_answered.fetch_add(1, std::memory_order_relaxed); }

  /// To be told of each answer that is final, whether attempts before it had failed.
  void record_answer(bool after_failures) noexcept;
  /// Whether lately a request that was tried again got its answer by it, more than once.
  [[nodiscard]] bool host_is_recovering() const noexcept;

 private:
  using Nanoseconds = std::int64_t;
  static_assert(std::atomic<Nanoseconds>::is_always_lock_free);

  std::atomic<Nanoseconds> m_theoretical_arrival{0};
  std::atomic<Nanoseconds> m_paused_until{0};
  std::atomic<std::uint64_t> m_answered{0};
  std::atomic<std::uint64_t> m_after_failures{0};  // of the last 64 final answers, a bit for each
};

}  // namespace spritefarm::net
