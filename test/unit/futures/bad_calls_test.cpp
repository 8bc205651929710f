#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/proc.hpp"
#include "support/sanitizers.hpp"

#include <spritefarm/futures.hpp>

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

int twice(int x) {
  return 2 * x;
}

/// Runs the check in a child, so it may change its process. False also if it throws, or hangs for a minute.
bool in_child(const std::function<bool()>& check) {
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    (void)::signal(SIGABRT, SIG_DFL);
    (void)::signal(SIGSEGV, SIG_DFL);
    ::alarm(60);
    bool good = false;
    try {
      good = check();
    } catch (const std::exception& error) {
      std::cerr << "in a child: " << error.what() << std::endl;
    }
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) std::cerr << "a child was ended by signal " << WTERMSIG(status) << std::endl;
  return status == 0;
}

template <typename Error, typename Call>
bool throws(Call call) {
  try {
    call();
  } catch (const Error&) {
    return true;
  }
  return false;
}

/// True if each call to a pool ends: with the correct result, or with an exception for the resource that the
/// system refused.
template <typename Pool>
bool ends_well() {
  try {
    Pool pool{{.max_workers = 3}};
    std::vector<Future<int>> futures;
    for (int i = 0; i < 30; ++i) futures.push_back(pool.submit(twice, i));
    for (int i = 0; i < 30; ++i) {
      try {
        if (futures[i].result(30s) != 2 * i) return false;
      } catch (const BrokenExecutor&) {
      }
    }
    return true;
  } catch (const std::system_error&) {
  } catch (const BrokenExecutor&) {
  }
  return true;
}

/// In a child: becomes a user to whom limits apply.
void leave_root() {
  constexpr uid_t nobody_else = 54321;
  if (::getuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setuid(nobody_else) != 0)) ::_exit(2);
}
/// In a child: allows the processes of its user this number of processes and threads.
void limit_processes(rlim_t allowed) {
  leave_root();
  const rlimit limit{allowed, allowed};
  if (::setrlimit(RLIMIT_NPROC, &limit) != 0) ::_exit(2);
}
bool forbid_forks_of_zygote() {
  const rlimit none{0, 0};
  const auto zygote = [] { return test::child_named(::getpid(), "zygote"); };
  return test::eventually([&] { return zygote() > 0; }) &&
         ::prlimit(zygote(), RLIMIT_NPROC, &none, nullptr) == 0;
}

}  // namespace

TEST_CASE("invalid numbers are refused", "[executor][bad]") {
  const int bad = GENERATE(0, -1, -1000);
  CHECK_THROWS_AS(ThreadPoolExecutor{{.max_workers = bad}}, std::invalid_argument);
  CHECK_THROWS_AS(ProcessPoolExecutor{{.max_workers = bad}}, std::invalid_argument);
  CHECK_THROWS_AS(ThreadPoolExecutor{{.worker_concurrency = bad}}, std::invalid_argument);
  CHECK_THROWS_AS(ProcessPoolExecutor{{.worker_concurrency = bad}}, std::invalid_argument);
  CHECK_THROWS_AS(ProcessPoolExecutor{{.max_tasks_per_child = -1}}, std::invalid_argument);
  CHECK_THROWS_AS(ProcessPoolExecutor{{.terminate_grace = -1ms}}, std::invalid_argument);
  SerialExecutor serial;
  const std::vector<int> items{1, 2, 3};
  CHECK_THROWS_AS(serial.map(twice, items, {.chunksize = bad}), std::invalid_argument);
  CHECK_THROWS_AS(serial.map(twice, items, {.buffersize = bad}), std::invalid_argument);
}

TEST_CASE("submit and map are refused after shutdown", "[executor][bad]") {
  ProcessPoolExecutor processes{{.max_workers = 1}};
  ThreadPoolExecutor threads{{.max_workers = 1}};
  const std::vector<int> items{1, 2, 3};
  for (Executor* pool : {static_cast<Executor*>(&processes), static_cast<Executor*>(&threads)}) {
    pool->shutdown();
    CHECK_THROWS_AS(pool->submit(twice, 1), std::runtime_error);
    CHECK_THROWS_AS(pool->map(twice, items), std::runtime_error);
  }
}

TEST_CASE("a forked child cannot submit to its parent's pools", "[executor][bad]") {
  ProcessPoolExecutor processes{{.max_workers = 1}};
  ThreadPoolExecutor threads{{.max_workers = 1}};
  CHECK(processes.submit(twice, 1).result(60s) == 2);
  CHECK(threads.submit(twice, 1).result(60s) == 2);
  CHECK(in_child([&] {
    return throws<std::logic_error>([&] { processes.submit(twice, 1); }) &&
           throws<std::logic_error>([&] { threads.submit(twice, 1); });
  }));
  CHECK(processes.submit(twice, 2).result(60s) == 4);
}

TEST_CASE("a worker cannot submit to a thread pool of its coordinator", "[process][bad]") {
  static ThreadPoolExecutor* inherited;
  ThreadPoolExecutor earlier{{.max_workers = 1}};  // has no thread yet
  inherited = &earlier;
  ProcessPoolExecutor pool{{.max_workers = 1}};
  CHECK_THROWS_AS(pool.submit([] { return inherited->submit(twice, 1).result(30s); }).result(60s),
                  std::logic_error);
  CHECK(pool.submit(twice, 1).result(60s) == 2);
  CHECK(earlier.submit(twice, 1).result(60s) == 2);
}

// ThreadSanitizer cannot start a thread in a child of a process with threads.
TEST_CASE("a worker cannot submit to a process pool of its coordinator", "[process][bad][no-tsan]") {
  static ProcessPoolExecutor* inherited;
  ProcessPoolExecutor earlier{{.max_workers = 1}};
  inherited = &earlier;
  CHECK(in_child([] {  // a process without threads can create another pool
    ProcessPoolExecutor pool{{.max_workers = 1}};
    Future<int> from_inside = pool.submit([] { return inherited->submit(twice, 1).result(30s); });
    return throws<std::logic_error>([&] { from_inside.result(30s); }) &&
           pool.submit(twice, 1).result(30s) == 2;
  }));
}

TEST_CASE("without room for a process, a pool throws or fails its calls", "[process][bad]") {
  SECTION("at once") {
    CHECK(in_child([] {
      limit_processes(0);
      return throws<std::system_error>([] { ProcessPoolExecutor pool{{.max_workers = 2}}; }) &&
             throws<std::system_error>([] { ThreadPoolExecutor{{.max_workers = 2}}.submit(twice, 1); });
    }));
  }
  SECTION("at the first worker") {
    CHECK(in_child([] {
      leave_root();
      ProcessPoolExecutor pool{{.max_workers = 2}};
      if (!forbid_forks_of_zygote()) return false;
      return throws<BrokenProcessPool>([&] { pool.submit(twice, 1).result(30s); }) &&
             throws<BrokenProcessPool>([&] { pool.submit(twice, 1); });
    }));
  }
  SECTION("at a second worker, or at the replacement of a dead one") {
    CHECK(in_child([] {
      leave_root();
      ProcessPoolExecutor pool{{.max_workers = 4}};
      if (pool.submit(twice, 1).result(30s) != 2) return false;
      if (!forbid_forks_of_zygote()) return false;
      std::vector<Future<int>> futures;  // the one worker runs them all
      for (int i = 0; i < 100; ++i) futures.push_back(pool.submit(twice, i));
      for (int i = 0; i < 100; ++i)
        if (futures[i].result(30s) != 2 * i) return false;
      Future<void> last = pool.submit([] { ::raise(SIGKILL); });
      Future<int> after = pool.submit(twice, 1);
      return throws<WorkerDied>([&] { last.result(30s); }) &&
             throws<BrokenProcessPool>([&] { after.result(30s); });
    }));
  }
  SECTION("at any point") {
    for (rlim_t allowed = 1; allowed <= 8; ++allowed) {
      CAPTURE(allowed);
      CHECK(in_child([&] {
        limit_processes(allowed);
        return ends_well<ProcessPoolExecutor>();
      }));
      CHECK(in_child([&] {
        limit_processes(allowed);
        return ends_well<ThreadPoolExecutor>();
      }));
    }
  }
}

TEST_CASE("without room for a process, prepare_to_fork() throws, or the pools of the fork server break",
          "[process][bad]") {
  SECTION("at once") {
    CHECK(in_child([] {
      limit_processes(0);
      return throws<std::system_error>(prepare_to_fork);
    }));
  }
  SECTION("at the zygote") {
    CHECK(in_child([] {
      leave_root();
      prepare_to_fork();
      const rlimit none{0, 0};
      if (::prlimit(test::children_of(::getpid()).at(0), RLIMIT_NPROC, &none, nullptr) != 0) return false;
      Event leave;
      std::thread other([&leave] { leave.wait(); });  // the program has several threads
      const bool broken = throws<BrokenProcessPool>([] {
        ProcessPoolExecutor pool{{.max_workers = 2}};
        pool.submit(twice, 1).result(30s);
      });
      leave.set();
      other.join();
      return broken;
    }));
  }
}

// The undefined behaviour sanitizer creates a pipe to test whether memory is readable. If it cannot create
// one, it reports the memory as unreadable.
#if !UNDER_ADDRESS_SANITIZER
TEST_CASE("a program without free descriptors gets an exception", "[process][bad]") {
  const int used = [] {
    const int next = ::dup(0);
    ::close(next);
    return next;
  }();
  for (int spare = 0; spare < 40; ++spare) {
    CAPTURE(spare);
    const auto few = [&] {
      const rlimit limit{static_cast<rlim_t>(used + spare), static_cast<rlim_t>(used + spare)};
      ::setrlimit(RLIMIT_NOFILE, &limit);
    };
    CHECK(in_child([&] {
      few();
      return ends_well<ProcessPoolExecutor>();
    }));
    if (spare < 10)
      CHECK(in_child([&] {
        few();
        return ends_well<ThreadPoolExecutor>();
      }));
  }
}
#endif

TEST_CASE("without shared memory a call fails with the reason", "[process][bad]") {
  CHECK(in_child([] {
    ProcessPoolExecutor pool{{.max_workers = 1}};
    (void)::signal(SIGXFSZ, SIG_IGN);
    const rlimit tiny{16, 16};  // also limits the size of shared memory
    if (::setrlimit(RLIMIT_FSIZE, &tiny) != 0) return false;
    try {
      pool.submit(twice, 1).result(30s);
    } catch (const BrokenProcessPool& error) {
      return std::string(error.what()).find("shared memory") != std::string::npos;
    }
    return false;
  }));
}
