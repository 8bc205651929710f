#include "figures/processes.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace figures {

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code gone;  // a process may end while it is looked at
  for (std::filesystem::directory_iterator at(directory, gone), end; !gone && at != end; at.increment(gone))
    names.push_back(at->path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const std::string& name : names_in("/proc")) {
    std::ifstream file("/proc/" + name + "/stat");
    std::string stat;
    if (name.find_first_not_of("0123456789") != std::string::npos || !std::getline(file, stat)) continue;
    // "PID (NAME) STATE PARENT ...": the name may hold anything.
    const auto after_name = stat.rfind(')');
    if (after_name != std::string::npos && std::stol(stat.substr(after_name + 4)) == parent)
      children.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return children;
}

int tasks_of(pid_t process) {
  return static_cast<int>(names_in("/proc/" + std::to_string(process) + "/task").size());
}

long resident_kib(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;)
    if (long kib = 0; word == "VmRSS:" && status >> kib) return kib;
  return 0;
}

std::vector<std::string> own_lines(const std::string& file) {
  std::ifstream from("/proc/self/" + file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(from, line);) lines.push_back(line);
  return lines;
}

}  // namespace figures
