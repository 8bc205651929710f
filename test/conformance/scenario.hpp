#pragma once

#include "support/subprocess.hpp"

#include <filesystem>
#include <string>

namespace spritefarm::test {

/// Runs programs/exit_scenario.cpp, which is built beside this test program, for rows about a whole process,
/// such as its exit. Throws std::runtime_error if it hangs.
inline Outcome run_scenario(const std::string& executor, const std::string& scenario) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "exit_scenario";
  // Objects that the program leaves to its exit are not leaks.
  return run({{program.string(), executor, scenario}, {{"LSAN_OPTIONS", "detect_leaks=0"}}, {}});
}

}  // namespace spritefarm::test
