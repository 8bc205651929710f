#include "posix/process_memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace spritefarm::posix {

std::optional<std::size_t> resident_memory(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::size_t all_pages = 0, resident_pages = 0;
  if (!(statm >> all_pages >> resident_pages)) return std::nullopt;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void keep_freed_memory() noexcept {
  // Silent where they are refused: the C library knows no better then.
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
}

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

}  // namespace spritefarm::posix
