#include "measurements/measurement.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace measurements {
namespace {

/// The numbers from 0 to limit - 1. Calls `on_taken` for each number that is taken.
struct Numbers {
  struct Iterator {
    using value_type = long;
    using difference_type = long;
    const Numbers* numbers;
    long number = 0;
    long operator*() const { return numbers->on_taken(), number; }
    Iterator& operator++() { return ++number, *this; }
    void operator++(int) { ++number; }
    bool operator==(std::default_sentinel_t) const { return number == numbers->limit; }
  };
  long limit;
  std::function<void()> on_taken;
  [[nodiscard]] Iterator begin() const { return {this}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }
};

}  // namespace

Measured lazy_map(const Form& form) {
  using namespace spritefarm;
  const long items = form.times(10'000'000, 200'000);
  constexpr int buffersize = 64, chunksize = 16;
  ProcessPoolExecutor pool{{.max_workers = 2}};
  long taken = 0, given = 0, max_ahead = 0;
  const Numbers lazy{items, [&] { max_ahead = std::max(max_ahead, ++taken - given); }};
  bool right = true;
  long resident_before = 0, max_resident = 0;
  for (const long result :
       pool.map([](long x) { return x + 1; }, lazy, {.chunksize = chunksize, .buffersize = buffersize})) {
    right = right && result == ++given;
    if (given == items / 100) resident_before = max_resident = test::resident_kib(::getpid());
    if (given % (items / 100) == 0) max_resident = std::max(max_resident, test::resident_kib(::getpid()));
  }
  const long grown = max_resident - resident_before;
  return {right && given == items && max_ahead <= buffersize + chunksize && (sanitized || grown < 5 << 10),
          std::to_string(given) + " items" + (right ? "" : ", some wrong") + ", at most " +
              std::to_string(max_ahead) + " ahead, resident memory grew by " + mebibytes(grown)};
}

}  // namespace measurements
