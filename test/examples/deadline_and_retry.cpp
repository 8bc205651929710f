// A call that does not end, and a call that ends its process. Other calls are not affected.
#include <spritefarm/futures.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace sf = spritefarm;
using namespace std::chrono_literals;

void endless() {
  while (true) std::signal(SIGTERM, SIG_IGN);
}
int crash(int x) {
  if (x == 13) std::abort();
  return x;
}

int main() {
  sf::ProcessPoolExecutor pool{{.max_workers = 2}};

  sf::Future<void> late = pool.submit(sf::TaskOptions{.timeout = 200ms}, endless);
  sf::Future<int> unlucky = pool.submit(sf::TaskOptions{.retries = 3}, crash, 13);  // started four times
  sf::Future<int> lucky = pool.submit(crash, 7);

  std::cout << lucky.result() << '\n';
  try {
    unlucky.result();
  } catch (const sf::WorkerDied& death) {
    std::cout << "died of signal " << death.how().signal << ", " << pool.worker_deaths() << " times\n";
  }
  try {
    late.result();
  } catch (const sf::TimeoutError& error) {
    std::cout << error.what() << '\n';
  }
}

// Prints:
// 7
// died of signal 6, 4 times
// the call did not end within its timeout
