#include "figures/figure.hpp"
#include "figures/processes.hpp"

#include <spritefarm/futures.hpp>

#include <unistd.h>

#include <algorithm>
#include <ranges>

namespace figures {

Measured lazy_map(const Form& form) {
  using namespace spritefarm;
  const long items = form.times(10'000'000, 200'000);
  constexpr int buffersize = 64, chunksize = 16;
  ProcessPoolExecutor pool{{.max_workers = 2}};
  long taken = 0, given = 0, most_ahead = 0;
  auto lazy = std::views::iota(0L, items) | std::views::transform([&](long item) {
                most_ahead = std::max(most_ahead, ++taken - given);
                return item;
              });
  bool right = true;
  long resident_before = 0, resident_most = 0;
  for (const long result :
       pool.map([](long x) { return x + 1; }, lazy, {.chunksize = chunksize, .buffersize = buffersize})) {
    right = right && result == ++given;
    if (given == items / 100) resident_before = resident_most = resident_kib(::getpid());
    if (given % (items / 100) == 0) resident_most = std::max(resident_most, resident_kib(::getpid()));
  }
  const long grown = resident_most - resident_before;
  return {right && given == items && most_ahead <= buffersize + chunksize && (sanitized || grown < 5 << 10),
          std::to_string(given) + " items" + (right ? "" : ", some wrong") + ", at most " +
              std::to_string(most_ahead) + " ahead, resident memory grew by " + mebibytes(grown)};
}

}  // namespace figures
