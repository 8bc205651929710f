// 4. A pool has the queue, the workers and their end inside.
#include "lesson.hpp"

int main() {
  const Timing timing;
  sf::ThreadPoolExecutor pool{{.max_workers = 4}};
  for (const std::string& file : pool.map(download, first_100())) std::cout << file << '\n';
}
