// 6. A future for each call, and results as they come.
#include "lesson.hpp"

int main() {
  const Timing timing;
  sf::ProcessPoolExecutor pool{{.max_workers = 4}};
  std::vector<sf::Future<std::string>> futures;
  for (const Pokemon& pokemon : first_100()) futures.push_back(pool.submit(download, pokemon));
  for (const auto& future : sf::as_completed(futures)) std::cout << future.result() << '\n';
}
