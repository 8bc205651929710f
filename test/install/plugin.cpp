// A plugin that has a process pool of its own. Its host need not know the library.
#include <spritefarm/futures.hpp>

namespace {

int twice(int x) {
  return 2 * x;
}

}  // namespace

extern "C" int plugin_answer() {
  spritefarm::ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto by_pointer = pool.submit(twice, 10);
  const auto by_lambda = pool.submit([](int x) { return x + 2; }, 20);
  return by_pointer.result() + by_lambda.result();
}
