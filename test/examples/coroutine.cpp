// A coroutine is a call too: one worker has many of them in flight.
#include <spritefarm/futures.hpp>

#include <chrono>
#include <iostream>
#include <vector>

namespace sf = spritefarm;
using namespace std::chrono_literals;

sf::Task<int> fetch(int number) {
  co_await sf::sleep_for(100ms);  // or for a socket: see EventLoop::watch()
  co_return 10 * number;
}

sf::Task<int> fetch_both(int a, int b) {
  const int first = co_await fetch(a);
  const int second = co_await fetch(b);
  co_return first + second;
}

int main() {
  // One process, one thread: the thousand calls wait side by side, for 0.2 s in all.
  sf::ProcessPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 1000}};
  std::vector<sf::Future<int>> futures;
  for (int i = 0; i < 1000; ++i) futures.push_back(pool.submit(fetch_both, i, i + 1));
  long sum = 0;
  for (const sf::Future<int>& future : futures) sum += future.result();
  std::cout << sum << '\n';
}

// Prints:
// 10000000
