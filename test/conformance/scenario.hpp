#pragma once

#include "support/subprocess.hpp"

#include <filesystem>
#include <string>

namespace spritefarm::test {

/// Runs programs/exit_scenario.cpp, which was built beside this test program: what concerns a whole process, such as its
/// exit. Throws std::runtime_error where it hangs.
inline Outcome run_scenario(const std::string& executor, const std::string& scenario) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "exit_scenario";
  // What is left to the exit on purpose is no leak.
  return run({{program.string(), executor, scenario}, {{"LSAN_OPTIONS", "detect_leaks=0"}}, {}});
}

}  // namespace spritefarm::test
