#include "conformance/process_pools.hpp"

#include "posix/threads.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

namespace spritefarm::test {
namespace {

struct ProcessStatus {
  char state;
  int parent;
};

/// None when there is no such process.
std::optional<ProcessStatus> status_of(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream after_name(line.substr(line.rfind(')') + 1));
  ProcessStatus status{};
  if (!(after_name >> status.state >> status.parent)) return std::nullopt;
  return status;
}

}  // namespace

std::vector<int> children_of(int pid) {
  std::vector<int> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto status = status_of(entry.path());
    if (status && status->parent == pid) children.push_back(std::stoi(name));
  }
  return children;
}

std::vector<int> own_children() {
  return children_of(::getpid());
}

bool is_alive(int pid) {
  const auto status = status_of("/proc/" + std::to_string(pid));
  return status && status->state != 'Z' && status->state != 'X';
}

bool all_end(const std::vector<int>& pids) {
  return eventually([&pids] { return std::none_of(pids.begin(), pids.end(), is_alive); });
}

bool is_alone() {
  return eventually([] { return posix::count_threads() == 1; });
}

int worker_pid() {
  return ::getpid();
}

void exit_at_once() {
  ::_exit(99);
}

void crash() {
  (void)std::signal(SIGSEGV, SIG_DFL);
  (void)std::raise(SIGSEGV);
}

void crash_at_gate(GateRef gate) {
  gate.pass();
  crash();
}

}  // namespace spritefarm::test
