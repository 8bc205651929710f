#include "support/proc.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

namespace spritefarm::test {

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code gone;  // a process may end during the scan
  for (std::filesystem::directory_iterator at(directory, gone), end; !gone && at != end; at.increment(gone))
    names.push_back(at->path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

ProcessState state_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string stat;
  std::getline(file, stat);
  ProcessState state;
  // "PID (NAME) STATE PARENT ...": the name may contain any character.
  const auto name = stat.find('('), after_name = stat.rfind(')');
  if (after_name == std::string::npos) return state;
  state.name = stat.substr(name + 1, after_name - name - 1);
  std::istringstream(stat.substr(after_name + 1)) >> state.letter >> state.parent;
  return state;
}

bool is_alive(pid_t process) {
  const char letter = state_of(process).letter;
  return letter != 'X' && letter != 'Z';
}

namespace {

template <typename Condition>
std::vector<pid_t> processes_that(const Condition& condition) {
  std::vector<pid_t> found;
  for (const std::string& name : names_in("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t process = std::stoi(name);
    if (condition(process)) found.push_back(process);
  }
  return found;
}

}  // namespace

std::vector<pid_t> children_of(pid_t parent) {
  return processes_that([parent](pid_t process) { return state_of(process).parent == parent; });
}

pid_t child_named(pid_t parent, const std::string& name) {
  for (const pid_t child : children_of(parent))
    if (state_of(child).name == name) return child;
  return 0;
}

std::vector<pid_t> descendants_of(pid_t ancestor) {
  std::map<pid_t, std::vector<pid_t>> children;
  processes_that([&children](pid_t process) {
    children[state_of(process).parent].push_back(process);
    return false;
  });
  std::vector<pid_t> found{ancestor};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::vector<pid_t>& next = children[found[i]];
    found.insert(found.end(), next.begin(), next.end());
  }
  found.erase(found.begin());
  return found;
}

std::vector<pid_t> processes_with(const std::string& variable) {
  return processes_that([&variable](pid_t process) {
    std::ifstream environment("/proc/" + std::to_string(process) + "/environ");
    for (std::string entry; std::getline(environment, entry, '\0');)
      if (entry == variable) return true;
    return false;
  });
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

std::vector<std::string> proc_self_lines(const std::string& file) {
  std::ifstream from("/proc/self/" + file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(from, line);) lines.push_back(line);
  return lines;
}

}  // namespace spritefarm::test
