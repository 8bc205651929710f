#include "conformance/executors.hpp"
#include "posix/check.hpp"
#include "posix/fork.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>

namespace spritefarm::test {
namespace {

/// The node of a group, in a process that ends with this one.
pid_t fork_node(const std::string& group, int workers) {
  return posix::fork_child([&, parent = posix::current_pid()] {
    posix::die_with_parent(parent);
    // What a node reports is not what the rows look for on standard error.
    posix::check(::dup2(posix::check(::open("/dev/null", O_WRONLY | O_CLOEXEC), "open"), STDERR_FILENO),
                 "dup2");
    return run_node({.broker = test_broker(), .group = group, .pool = {.max_workers = workers}});
  });
}

}  // namespace

std::unique_ptr<ClusterExecutor, Nodes::End> Nodes::make(ExecutorSettings settings) {
  static int last = 0;
  ClusterExecutorOptions options{.broker = test_broker()};
  options.group = std::to_string(posix::current_pid()) + '-' + std::to_string(++last);
  options.max_outstanding = settings.max_workers.value();
  if (settings.initializer) {
    void (*const* const plain)() = settings.initializer.target<void (*)()>();
    if (!plain) throw std::invalid_argument("an initializer for nodes must be a plain function");
    options.initializer = *plain;
  }
  const pid_t node = fork_node(options.group, *settings.max_workers);
  try {
    return {new ClusterExecutor(options), End{node}};
  } catch (...) {
    End{node}(nullptr);
    throw;
  }
}

void Nodes::End::operator()(ClusterExecutor* executor) const {
  delete executor;
  (void)::kill(node, SIGKILL);
  posix::wait_for_end(node);
}

}  // namespace spritefarm::test
