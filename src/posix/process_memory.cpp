#include "posix/process_memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace spritefarm::posix {

std::optional<std::size_t> resident_memory(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::size_t all_pages = 0, resident_pages = 0;
  if (!(statm >> all_pages >> resident_pages)) return std::nullopt;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void keep_freed_memory(std::size_t bytes, std::size_t largest_block) noexcept {
  // Errors are ignored: the settings only affect speed.
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(bytes));
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(largest_block));
}

}  // namespace spritefarm::posix
