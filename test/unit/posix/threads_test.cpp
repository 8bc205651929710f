#include "posix/threads.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <thread>

using spritefarm::posix::count_threads;

TEST_CASE("a thread counts until it is joined, and not a moment longer", "[posix][threads]") {
  const int before = count_threads();
  for (int i = 0; i < 300; ++i) {
    std::atomic<bool> may_end = false;
    std::thread thread([&may_end] { may_end.wait(false); });
    REQUIRE(count_threads() == before + 1);
    may_end = true;
    may_end.notify_one();
    thread.join();
    REQUIRE(count_threads() == before);
  }
}
