// Calls exit() while its pool decodes a result. Prints the pids of the workers first. See
// cpython_deadlock_test.cpp.

#include <spritefarm/futures.hpp>

#include <cstdlib>
#include <iostream>

namespace {

struct ExitsAtDecode {};

}  // namespace

template <>
struct spritefarm::Codec<ExitsAtDecode> {
  static void encode(Encoder&, const ExitsAtDecode&) {}
  static ExitsAtDecode decode(Decoder&) { std::exit(98); }
};

int main() {
  using namespace spritefarm;
  ProcessPoolExecutor pool{{.max_workers = 2}};
  const Future<void> running = pool.submit([]() -> Task<void> { co_await sleep_for(std::chrono::hours(1)); });
  while (!running.running() || pool.worker_pids().empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (const int pid : pool.worker_pids()) std::cout << pid << ' ';
  std::cout << std::endl;
  (void)pool.submit([] { return ExitsAtDecode(); }).exception();
  return 1;
}
