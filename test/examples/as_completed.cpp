// Takes results in the order in which calls are done, and waits for the first of several calls.
#include <spritefarm/futures.hpp>

#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

namespace sf = spritefarm;
using namespace std::chrono_literals;

int slow(int tenths) {
  std::this_thread::sleep_for(tenths * 100ms);
  return tenths;
}

int main() {
  sf::ProcessPoolExecutor pool{{.max_workers = 3}};
  std::vector<sf::Future<int>> futures{pool.submit(slow, 5), pool.submit(slow, 1), pool.submit(slow, 3)};

  for (const sf::Future<int>& future : sf::as_completed(futures, 30s)) std::cout << future.result() << '\n';

  std::vector<sf::Future<int>> race{pool.submit(slow, 600), pool.submit(slow, 1)};
  auto [done, not_done] = sf::wait(race, sf::ReturnWhen::first_completed);
  std::cout << done.size() << " done, " << not_done.size() << " not done\n";
  for (sf::Future<int>& future : not_done) future.terminate();  // it runs: cancel() returns false
}

// Prints:
// 1
// 3
// 5
// 1 done, 1 not done
