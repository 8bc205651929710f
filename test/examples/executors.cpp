// One function for all executors: the caller decides where its calls run.
#include <spritefarm/futures.hpp>

#include <iostream>
#include <vector>

namespace sf = spritefarm;

long square(long x) {
  return x * x;
}

// A function with a value of its own. A struct crosses to a process, a lambda with captures does not.
struct Add {
  long offset = 0;
  long operator()(long x) const { return x + offset; }
};

long sum_of_squares(sf::Executor& executor, const std::vector<long>& numbers) {
  long sum = 0;
  for (const long result : executor.map(square, numbers, {.chunksize = 2})) sum += result;
  return sum;
}

int main() {
  const std::vector<long> numbers{1, 2, 3, 4, 5};
  sf::ProcessPoolExecutor processes{{.max_workers = 2}};  // first: it forks
  sf::ThreadPoolExecutor threads{{.max_workers = 2}};
  sf::SerialExecutor serial;

  for (sf::Executor* executor : std::vector<sf::Executor*>{&processes, &threads, &serial})
    std::cout << sum_of_squares(*executor, numbers) << '\n';

  // Through Executor& every call compiles. A call that cannot cross to a process fails in its future.
  sf::Executor& executor = processes;
  std::cout << executor.submit(Add{40}, 2L).result() << '\n';
  const long offset = 40;
  sf::Future<long> with_capture = executor.submit([offset](long x) { return x + offset; }, 2);
  try {
    with_capture.result();
  } catch (const sf::CodecError&) {
    std::cout << "a lambda with captures does not cross\n";
  }
}

// Prints:
// 55
// 55
// 55
// 42
// a lambda with captures does not cross
