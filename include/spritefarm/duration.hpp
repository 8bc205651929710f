#pragma once

#include <chrono>
#include <ratio>

namespace spritefarm {

/// A length of time in nanoseconds. Converts from every std::chrono duration. One beyond the range, such as
/// `std::chrono::hours::max()`, becomes max(), which is for ever. Source: a timeout in seconds.
class Duration : public std::chrono::nanoseconds {
  using Nanoseconds = std::chrono::nanoseconds;

 public:
  /// No time.
  constexpr Duration() : Nanoseconds(0) {}
  /// A length in another unit, rounded up to nanoseconds.
  template <typename Rep, typename Period>
  constexpr Duration(std::chrono::duration<Rep, Period> length)  // NOLINT: as every duration converts
      : Nanoseconds(saturated(length)) {}

 private:
  template <typename Rep, typename Period>
  static constexpr Nanoseconds saturated(std::chrono::duration<Rep, Period> length) {
    // Compared as floating point numbers, which do not overflow.
    using Seconds = std::chrono::duration<long double>;
    if (Seconds(length) >= Seconds(Nanoseconds::max())) return Nanoseconds::max();
    if (Seconds(length) <= Seconds(Nanoseconds::min())) return Nanoseconds::min();
    return std::chrono::ceil<Nanoseconds>(length);
  }
};

}  // namespace spritefarm
