#include <spritefarm/futures.hpp>

#include <iostream>

int main() {
  spritefarm::ProcessPoolExecutor pool{{.max_workers = 1}};
  std::cout << pool.submit([](int x) { return 2 * x; }, 21).result() << '\n';
}
