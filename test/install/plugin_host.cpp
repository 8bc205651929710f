// Loads a plugin and prints its answer.
#include <dlfcn.h>

#include <iostream>

int main(int, char** arguments) {
  void* const plugin = ::dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  void* const answer = plugin ? ::dlsym(plugin, "plugin_answer") : nullptr;
  if (!answer) {
    std::cerr << ::dlerror() << '\n';
    return 1;
  }
  std::cout << reinterpret_cast<int (*)()>(answer)() << '\n';
}
