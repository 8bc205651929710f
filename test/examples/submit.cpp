// Runs functions in worker processes.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <stdexcept>

namespace sf = spritefarm;

int add(int a, int b) {
  return a + b;
}
double divide(double a, double b) {
  if (b == 0) throw std::invalid_argument("division by zero");
  return a / b;
}

int main() {
  sf::ProcessPoolExecutor pool{{.max_workers = 4}};  // before the program starts threads

  sf::Future<int> sum = pool.submit(add, 40, 2);
  sf::Future<std::string> greeting =
      pool.submit([](const std::string& name) { return "hello, " + name; }, "pikachu");
  sf::Future<double> impossible = pool.submit(divide, 1.0, 0.0);

  std::cout << sum.result() << '\n' << greeting.result() << '\n';
  try {
    impossible.result();
  } catch (const std::invalid_argument& error) {  // thrown in the worker process
    std::cout << error.what() << '\n';
  }
}  // waits for all calls and ends the workers

// Prints:
// 42
// hello, pikachu
// division by zero
