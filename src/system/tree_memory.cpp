#include "system/tree_memory.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace spritefarm::system {

std::size_t proportional_memory_of_tree(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::size_t bytes = 0;
  std::ifstream memory(folder + "/smaps_rollup");
  for (std::string word; memory >> word;)
    if (std::size_t kib = 0; word == "Pss:" && memory >> kib) bytes += kib << 10;

  std::error_code gone;
  for (std::filesystem::directory_iterator thread(folder + "/task", gone), end; !gone && thread != end;
       thread.increment(gone)) {
    std::ifstream children(thread->path() / "children");
    for (pid_t child = 0; children >> child;) bytes += proportional_memory_of_tree(child);
  }
  return bytes;
}

}  // namespace spritefarm::system
