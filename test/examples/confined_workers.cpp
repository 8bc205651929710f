// Confines the workers of a pool by an initializer.
#include <spritefarm/futures.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iostream>
#include <system_error>

namespace sf = spritefarm;

/// Runs in each worker before its first call, while the worker has one thread. Landlock and seccomp belong
/// here, too: see src/system/sandbox.cpp.
void confine() {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is an error
  const rlimit no_file{0, 0}, few_descriptors{32, 32};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || setrlimit(RLIMIT_FSIZE, &no_file) < 0 ||
      setrlimit(RLIMIT_NOFILE, &few_descriptors) < 0)
    throw std::system_error(errno, std::generic_category(), "cannot confine a worker");
}

bool can_write(const std::string& path) {
  std::ofstream file(path);
  return bool(file << "text" << std::flush);
}

int main() {
  sf::ProcessPoolExecutor pool{{.initializer = confine, .max_result_size = 1 << 20}};
  std::cout << pool.submit([] { return 6 * 7; }).result() << '\n';
  std::cout << (pool.submit(can_write, "/tmp/spritefarm-example").result() ? "written" : "refused") << '\n';
}

// Prints:
// 42
// refused
