#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/proc.hpp"
#include "support/sanitizers.hpp"
#include "system/standard_files.hpp"

#include <spritefarm/futures.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

using namespace spritefarm;

namespace {

std::string text_of(std::size_t size) {
  return std::string(size, 'x');
}

/// Clears O_NONBLOCK of every descriptor that the worker has, then dies.
int make_all_blocking() {
  for (int fd = 0; fd < 100; ++fd) ::fcntl(fd, F_SETFL, 0);
  ::_exit(1);
}

/// Forks a process that leaves the worker's process group and session. Returns its pid.
int leave_behind() {
  std::array<int, 2> in_session{};
  if (::pipe(in_session.data()) != 0) return -1;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const int own = ::getpid();
    (void)!::write(in_session[1], &own, sizeof own);
    while (true) ::pause();
  }
  int left = -1;
  (void)!::read(in_session[0], &left, sizeof left);
  return left;
}

}  // namespace

TEST_CASE("a result beyond max_result_size fails that worker alone", "[process][hostile]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ProcessPoolExecutor pool({.max_workers = 2, .max_result_size = 100'000, .transport = transport});
  Future<std::string> small = pool.submit(text_of, 90'000), large = pool.submit(text_of, 200'000);
  CHECK(small.result().size() == 90'000);
  CHECK_THROWS_AS(large.result(), WorkerDied);
  CHECK(pool.submit(text_of, 10).result().size() == 10);
}

#if !UNDER_ADDRESS_SANITIZER && !UNDER_THREAD_SANITIZER
namespace {

/// Virtual memory of this process.
rlim_t memory_in_use() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("a lack of memory for a result fails that worker alone", "[process][hostile][no-tsan]") {
  ProcessPoolExecutor pool({.max_workers = 1});
  CHECK(pool.submit(text_of, 10).result().size() == 10);  // forks the worker without the limit
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  const rlimit limit{memory_in_use() + (64 << 20), before.rlim_max};
  Future<std::string> large = pool.submit(text_of, 150 << 20);
  REQUIRE(::setrlimit(RLIMIT_AS, &limit) == 0);
  const bool is_done = wait(std::vector{large}, std::chrono::seconds(60)).not_done.empty();
  REQUIRE(::setrlimit(RLIMIT_AS, &before) == 0);
  CHECK(is_done);
  CHECK_THROWS_AS(large.result(), WorkerDied);
  CHECK(pool.submit(text_of, 10).result().size() == 10);
}
#endif

TEST_CASE("a worker that makes its descriptors blocking and dies holds nobody up", "[process][hostile]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ProcessPoolExecutor pool({.max_workers = 1, .transport = transport});
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(pool.submit(make_all_blocking).result(), WorkerDied);
  CHECK(pool.submit(text_of, 10).result().size() == 10);
}

TEST_CASE("what a worker has forked and hidden ends with it", "[process][hostile]") {
  int left = -1;
  SECTION("with the worker") {
    ProcessPoolExecutor pool({.max_workers = 1, .max_tasks_per_child = 1});
    left = pool.submit(leave_behind).result();
    REQUIRE(left > 0);
    CHECK(test::eventually([left] { return ::kill(left, 0) != 0; }));
  }
  SECTION("with the pool") {
    {
      ProcessPoolExecutor pool({.max_workers = 1});
      left = pool.submit(leave_behind).result();
      REQUIRE(left > 0);
      CHECK(::kill(left, 0) == 0);
    }
    CHECK(test::eventually([left] { return ::kill(left, 0) != 0; }));
  }
}

TEST_CASE("a process with standard files of its own sets no flags for others", "[process][hostile]") {
  const std::array before{::fcntl(1, F_GETFL), ::fcntl(2, F_GETFL)};
  ProcessPoolExecutor pool({.max_workers = 1, .initializer = [] {
                              system::own_standard_files();
                              for (const int fd : {0, 1, 2}) ::fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
                            }});
  CHECK(pool.submit(text_of, 1).result() == "x");
  CHECK(std::array{::fcntl(1, F_GETFL), ::fcntl(2, F_GETFL)} == before);
}
