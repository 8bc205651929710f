// 5. One word changes: the workers are processes.
#include "lesson.hpp"

int main() {
  const Timing timing;
  sf::ProcessPoolExecutor pool{{.max_workers = 4}};
  for (const std::string& file : pool.map(download, first_100())) std::cout << file << '\n';
}
