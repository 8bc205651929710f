// Process pools in a program that has threads.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <thread>

namespace sf = spritefarm;

int twice(int x) {
  return 2 * x;
}

int main() {
  sf::prepare_to_fork();  // first of all, while the program has one thread

  std::thread other([] {
    sf::ProcessPoolExecutor pool{{.max_workers = 2}};  // in any thread, at any time
    std::cout << pool.submit(twice, 21).result() << '\n';
  });
  other.join();
}

// Prints:
// 42
