#include "system/program_run.hpp"

#include "posix/child_exit.hpp"
#include "posix/fork.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace spritefarm::system {

std::string find_program(const std::string& name) {
  const auto is_program = [](const std::string& path) {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != name.npos) return is_program(name) ? name : "";
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable ? variable : "";
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
    const std::string path = std::string(folder) + "/" + name;
    if (!folder.empty() && is_program(path)) return path;
  }
  return "";
}

int run_program(const std::vector<std::string>& arguments) {
  const pid_t child = posix::fork_child([&, parent = posix::current_pid()] {
    posix::die_with_parent(parent);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::execv(pointers.front(), pointers.data());
    return 127;
  });
  const std::optional<posix::ChildExit> end = posix::reap(child);
  if (!end) return 127;
  return end->signal != 0 ? 128 + end->signal : end->exit_code;
}

}  // namespace spritefarm::system
