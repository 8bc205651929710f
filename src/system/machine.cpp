#include "system/machine.hpp"

#include "system/processors.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

namespace spritefarm::system {
namespace {

/// The value in the first line that begins with `key`: the text after `separator`, without quotes.
std::string find_line(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    std::string value = line.substr(line.find(separator) + 1);
    value.erase(0, value.find_first_not_of(" \t\""));
    return value.erase(value.find_last_not_of(" \t\"") + 1);
  }
  return "";
}

}  // namespace

Machine this_machine() {
  Machine machine;
  utsname names{};
  ::uname(&names);
  machine.processor = find_line("/proc/cpuinfo", "model name", ':');
  if (machine.processor.empty()) machine.processor = names.machine;
  machine.processors = static_cast<int>(allowed_processors().size());
  if (const long pages = ::sysconf(_SC_PHYS_PAGES); pages > 0)
    machine.memory = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  machine.system = find_line("/etc/os-release", "PRETTY_NAME", '=');
  machine.kernel = std::string(names.sysname) + " " + names.release;
  return machine;
}

}  // namespace spritefarm::system
