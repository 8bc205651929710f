// Calls a function with each item of a range, in worker processes.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace sf = spritefarm;

long square(long x) {
  return x * x;
}

/// 1, 2, 3 and so on, without an end.
struct Numbers {
  struct Iterator {
    using value_type = long;
    using difference_type = long;
    long number = 1;
    long operator*() const { return number; }
    Iterator& operator++() { return ++number, *this; }
    void operator++(int) { ++number; }
  };
  Iterator begin() const { return {}; }
  std::unreachable_sentinel_t end() const { return {}; }
};

int main() {
  sf::ProcessPoolExecutor pool{{.max_workers = 4}};

  const std::vector<long> numbers{1, 2, 3, 4};
  for (const long result : pool.map(square, numbers)) std::cout << result << ' ';
  std::cout << '\n';

  // Several ranges side by side, until the shortest ends.
  for (const std::string& word : pool.map([](std::string name, long n) { return name + std::to_string(n); },
                                          std::vector<std::string>{"a", "b", "c"}, Numbers()))
    std::cout << word << ' ';
  std::cout << '\n';

  // Endless and lazy: at most 256 items are submitted, 16 in one call, and leaving the loop cancels the rest.
  long sum = 0;
  for (const long result : pool.map(square, Numbers(), {.chunksize = 16, .buffersize = 256}))
    if ((sum += result) > 1'000'000) break;
  std::cout << sum << '\n';
}

// Prints:
// 1 4 9 16
// a1 b2 c3
// 1005720
