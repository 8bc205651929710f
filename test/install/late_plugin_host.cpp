// Loads a shared object while it has a pool. The pool's own calls go on.
#include <spritefarm/futures.hpp>

#include <dlfcn.h>

#include <iostream>

int main(int, char** arguments) {
  spritefarm::ProcessPoolExecutor pool{
      {.max_workers = 1, .max_tasks_per_child = 1}};  // each call: a new worker
  const auto twice = [](int x) { return 2 * x; };
  std::cout << pool.submit(twice, 1).result() << ' ';
  void* const plugin = ::dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  void* const answer = plugin ? ::dlsym(plugin, "plugin_answer") : nullptr;
  if (!answer) {
    std::cerr << ::dlerror() << '\n';
    return 1;
  }
  std::cout << reinterpret_cast<int (*)(spritefarm::ProcessPoolExecutor&)>(answer)(pool) << ' ';
  std::cout << pool.submit(twice, 2).result() << '\n';
}
