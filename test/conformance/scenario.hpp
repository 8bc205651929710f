#pragma once

#include "conformance/executors.hpp"
#include "support/subprocess.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace spritefarm::test {

/// Runs programs/exit_scenario.cpp, which is built beside this test program, for rows about a whole process,
/// such as its exit. Throws std::runtime_error if it hangs.
inline Outcome run_scenario(const std::string& executor, const std::string& scenario) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "exit_scenario";
  // Objects that the program leaves to its exit are not leaks.
  Command command{{program.string(), executor, scenario}, {{"LSAN_OPTIONS", "detect_leaks=0"}}, {}};
#ifdef SPRITEFARM_WITH_CLUSTER
  if (executor == Nodes::name) {
    const Broker broker = test_broker();
    command.environment.emplace("SPRITEFARM_BROKER", broker.url);
    command.environment.emplace("SPRITEFARM_BROKER_PASSWORD", broker.password);
  }
#endif
  return run(std::move(command));
}

}  // namespace spritefarm::test
