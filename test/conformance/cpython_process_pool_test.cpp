// test_process_pool: the number of processes, arguments, results and exceptions. Its other rows are in
// cpython_recycling_test.cpp and cpython_force_shutdown_test.cpp.

#include "conformance/process_pools.hpp"
#include "support/catch.hpp"
#include "support/sanitizers.hpp"
#include "system/child_process.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <numeric>
#include <set>
#include <system_error>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

/// An argument that counts the objects of its type in its process.
class Counted {
 public:
  Counted() { ++live; }
  Counted(const Counted&) { ++live; }
  Counted(Counted&&) noexcept { ++live; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --live; }

  static inline int live = 0;
};

int live_with(const Counted&) {
  return Counted::live;
}
int live_with_value(Counted) {
  return Counted::live;
}
Task<int> live_with_coroutine(Counted) {
  co_await sleep_for(std::chrono::milliseconds(1));
  co_return Counted::live;
}
int live_count() {
  return Counted::live;
}

class Unlucky : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

int fail_with_cause(const std::string& detail) {
  try {
    throw Unlucky("the cause, " + detail);
  } catch (...) {
    std::throw_with_nested(std::out_of_range("the failure, " + detail));
  }
}

// The sanitizers make the same system call and fail on EPERM.
constexpr unsigned refusal = UNDER_ADDRESS_SANITIZER || UNDER_THREAD_SANITIZER ? ENOSYS : EPERM;

/// Makes sched_getaffinity() fail in this process and in those that it forks.
void hide_processors() {
  sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_getaffinity, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | refusal),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{static_cast<unsigned short>(std::size(instructions)), instructions};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    throw std::system_error(errno, std::generic_category(), "prctl");
}

/// While it exists, no thread can be started, because there is no memory for a stack of that size.
class NoThreads {
 public:
  NoThreads() {
    ::pthread_getattr_default_np(&m_before);
    pthread_attr_t huge;
    ::pthread_attr_init(&huge);
    ::pthread_attr_setstacksize(&huge, std::size_t{1} << 46);
    ::pthread_setattr_default_np(&huge);
    ::pthread_attr_destroy(&huge);
  }
  ~NoThreads() {
    ::pthread_setattr_default_np(&m_before);
    ::pthread_attr_destroy(&m_before);
  }

 private:
  pthread_attr_t m_before;
};

}  // namespace

template <>
struct spritefarm::Codec<Counted> {
  static void encode(Encoder&, const Counted&) {}
  static Counted decode(Decoder&) { return {}; }
};

// The sysconf() values that Python reads do not matter here. The constructor only asks the system for the
// number of processors.
TEMPLATE_TEST_CASE("test_sysconf_permission_error", "[process_pool]", EVERY_PROCESS_POOL) {
  system::ChildProcess child([](system::ParentLine& line) {
    hide_processors();
    const auto pool = TestType::make();
    line.send(std::to_string(pool->submit(multiply, 2, 8).result(a_minute)));
    return 0;
  });
  CHECK(child.receive() == "16");
}

TEMPLATE_TEST_CASE("test_killed_child", "[process_pool]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto mode = GENERATE(OnWorkerDeath::break_pool, OnWorkerDeath::replace);
  const auto pool = TestType::make({.max_workers = 1, .on_worker_death = mode});
  const Future<int> victim = pool->submit(pass, gate.ref());
  const Future<int> waiting = pool->submit(multiply, 21, 2);
  gate.wait_for_arrivals(1);
  ::kill(pool->worker_pids().at(0), SIGKILL);
  if (mode == OnWorkerDeath::break_pool) {
    CHECK_THROWS_AS(victim.result(a_minute), BrokenProcessPool);
    CHECK_THROWS_AS(waiting.result(a_minute), BrokenProcessPool);
    CHECK_THROWS_AS(pool->submit(multiply, 2, 8), BrokenProcessPool);
  } else {
    CHECK_THROWS_AS(victim.result(a_minute), WorkerDied);
    CHECK(waiting.result(a_minute) == 42);
    CHECK(is_usable(*pool));
  }
}

TEMPLATE_TEST_CASE("test_broken_process_pool_traceback", "[process_pool]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 2, .on_worker_death = OnWorkerDeath::break_pool});
  std::vector<Future<int>> futures;
  for (int i = 0; i < 10; ++i) futures.push_back(pool->submit(pass, gate.ref()));
  gate.wait_for_arrivals(2);
  ::kill(pool->worker_pids().at(0), SIGKILL);
  std::set<const void*> exceptions;
  for (const Future<int>& future : futures) {
    try {
      future.result(a_minute);
    } catch (const BrokenProcessPool& broken) {
      exceptions.insert(&broken);
    }
  }
  CHECK(exceptions.size() == futures.size());
}

TEMPLATE_TEST_CASE("test_map_chunksize", "[process_pool]", EVERY_PROCESS_POOL) {
  std::vector<int> numbers(40), products;
  std::iota(numbers.begin(), numbers.end(), 0);
  for (const int number : numbers) products.push_back(number * number);
  const auto pool = TestType::make({.max_workers = 2});
  for (const int chunksize : {6, 40, 50}) {
    std::vector<int> results;
    for (const int result : pool->map(multiply, numbers, numbers, {.chunksize = chunksize}))
      results.push_back(result);
    CHECK(results == products);
  }
  CHECK_THROWS_AS(pool->map(multiply, numbers, numbers, {.chunksize = -1}), std::invalid_argument);
}

TEMPLATE_TEST_CASE("test_traceback", "[process_pool]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 1});
  const Future<int> future = pool->submit(fail_with_cause, "123");
  std::string cause, cause_type;
  try {
    future.result(a_minute);
    FAIL("no exception");
  } catch (const std::out_of_range& failure) {
    CHECK(std::string(failure.what()) == "the failure, 123");
    try {
      std::rethrow_if_nested(failure);
    } catch (const RemoteError& remote) {
      cause = remote.what();
      cause_type = remote.type_name();
    }
  }
  CHECK(cause == "the cause, 123");
  CHECK(cause_type.find("Unlucky") != std::string::npos);
}

TEMPLATE_TEST_CASE("test_traceback_when_child_process_terminates_abruptly", "[process_pool]",
                   EVERY_PROCESS_POOL) {
  const auto mode = GENERATE(OnWorkerDeath::break_pool, OnWorkerDeath::replace);
  const auto pool = TestType::make({.max_workers = 1, .on_worker_death = mode});
  const std::exception_ptr exception = pool->submit(exit_at_once).exception(a_minute);
  const std::string message = message_of(exception);
  CAPTURE(message);
  CHECK(message.find("exited with code 99") != std::string::npos);
  if (mode == OnWorkerDeath::break_pool)
    CHECK_THROWS_AS(std::rethrow_exception(exception), BrokenProcessPool);
  else
    CHECK_THROWS_AS(std::rethrow_exception(exception), WorkerDied);
}

TEMPLATE_TEST_CASE("test_ressources_gced_in_workers", "[process_pool]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 1});
  const Future<int> first = pool->submit(pass, gate.ref());
  // Each second call waits at the worker already, so it runs directly after the call before it.
  std::vector<Future<int>> during, after;
  during.push_back(pool->submit(live_with, Counted()));
  after.push_back(pool->submit(live_count));
  during.push_back(pool->submit(live_with_value, Counted()));
  after.push_back(pool->submit(live_count));
  during.push_back(pool->submit(live_with_coroutine, Counted()));
  after.push_back(pool->submit(live_count));
  gate.open();
  for (const Future<int>& future : during) CHECK(future.result(a_minute) > 0);
  for (const Future<int>& future : after) CHECK(future.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_saturation", "[process_pool]", EVERY_PROCESS_POOL) {
  constexpr int workers = 4, calls = 15 * workers;
  Gate gate;
  const auto pool = TestType::make({.max_workers = workers});
  std::vector<Future<int>> futures;
  for (int i = 0; i < calls; ++i) futures.push_back(pool->submit(pass, gate.ref()));
  gate.wait_for_arrivals(workers);
  CHECK(pool->worker_pids().size() == workers);
  CHECK(child_pids().size() == 3);  // a zygote and two standbys
  CHECK(eventually([] { return children_of(child_named(::getpid(), "zygote")).size() == workers; }));
  CHECK(gate.arrived() == workers);
  gate.open();
  for (const Future<int>& future : futures) CHECK(future.result(a_minute) == 0);
  CHECK(gate.arrived() == calls);
  CHECK(pool->worker_pids().size() == workers);
}

TEMPLATE_TEST_CASE("test_idle_process_reuse_one", "[process_pool]", EVERY_PROCESS_POOL) {
  const auto pool = TestType::make({.max_workers = 4});
  CHECK(pool->worker_pids().empty());
  std::set<int> pids;
  for (int i = 0; i < 10; ++i) pids.insert(pool->submit(worker_pid).result(a_minute));
  CHECK(pids.size() == 1);
  CHECK(pool->worker_pids().size() == 1);
}

TEMPLATE_TEST_CASE("test_idle_process_reuse_multiple", "[process_pool]", EVERY_PROCESS_POOL) {
  Gate gate;
  const auto pool = TestType::make({.max_workers = 4});
  const Future<int> first = pool->submit(pass, gate.ref());
  const Future<int> second = pool->submit(pass, gate.ref());
  gate.wait_for_arrivals(2);
  gate.open();
  CHECK(first.result(a_minute) == 0);
  CHECK(second.result(a_minute) == 0);
  const Future<int> third = pool->submit(multiply, 3, 7);
  const Future<int> fourth = pool->submit(multiply, 3, 7);
  CHECK(pool->worker_pids().size() <= 3);
  CHECK(third.result(a_minute) + fourth.result(a_minute) == 42);
  CHECK(pool->worker_pids().size() <= 3);
}

// Python cannot start a thread during finalization. Here the system refuses the thread: the constructor
// throws and leaves no process.
TEMPLATE_TEST_CASE("test_python_finalization_error", "[process_pool]", EVERY_PROCESS_POOL) {
  {
    const NoThreads none;
    CHECK_THROWS_AS(TestType::make({.max_workers = 2}), std::system_error);
  }
  CHECK(child_pids().empty());
  CHECK(is_usable(*TestType::make({.max_workers = 2})));
}
