// Calls a function with each item of a range, in worker processes.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <ranges>
#include <vector>

namespace sf = spritefarm;

long square(long x) {
  return x * x;
}

int main() {
  sf::ProcessPoolExecutor pool{{.max_workers = 4}};

  const std::vector<long> numbers{1, 2, 3, 4};
  for (const long result : pool.map(square, numbers)) std::cout << result << ' ';
  std::cout << '\n';

  // Several ranges side by side, until the shortest ends.
  for (const std::string& word : pool.map([](std::string name, long n) { return name + std::to_string(n); },
                                          std::vector<std::string>{"a", "b", "c"}, std::views::iota(1)))
    std::cout << word << ' ';
  std::cout << '\n';

  // Endless and lazy: at most 256 items are under way, 16 travel in one call, and leaving the loop cancels the rest.
  long sum = 0;
  for (const long result : pool.map(square, std::views::iota(1L), {.chunksize = 16, .buffersize = 256}))
    if ((sum += result) > 1'000'000) break;
  std::cout << sum << '\n';
}

// Prints:
// 1 4 9 16
// a1 b2 c3
// 1005720
