#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

using namespace spritefarm;
using test::eventually;
using namespace std::chrono_literals;

namespace {

int twice(int x) {
  return 2 * x;
}
int wait_a_moment(int x) {
  ::usleep(2000);
  return x;
}
int block_for_ever() {
  while (true) ::pause();
}

/// Makes this process the parent of every orphan among its descendants, so that none can hide.
class Subreaper {
 public:
  Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  Subreaper(const Subreaper&) = delete;
  Subreaper& operator=(const Subreaper&) = delete;
  ~Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  /// Waits until this process has no descendants.
  static bool is_alone() {
    return eventually([] {
      while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
      return test::descendants_of(::getpid()).empty();
    });
  }
};

/// The processes that can fork for a pool.
struct Family {
  pid_t zygote = 0;
  std::vector<pid_t> standbys;

  [[nodiscard]] std::vector<pid_t> all() const {
    std::vector<pid_t> all{zygote};
    all.insert(all.end(), standbys.begin(), standbys.end());
    return all;
  }
};

Family living_family(pid_t coordinator) {
  Family family;
  for (const pid_t each : test::descendants_of(coordinator)) {
    const auto [name, letter, parent] = test::state_of(each);
    // One that has started sleeps until it is needed. After three that are killed before, the pool requests
    // no more.
    if (letter != 'S') continue;
    // A new child of the zygote has its name for a moment.
    if (name == "zygote" && test::state_of(parent).name != "zygote") family.zygote = each;
    if (name == "standby") family.standbys.push_back(each);
  }
  return family;
}

/// Waits until the only pool of `coordinator` has a zygote and two standbys; `zygote` is 0 if that never
/// comes.
Family family_of(pid_t coordinator) {
  Family family;
  const bool is_whole = eventually([&] {
    family = living_family(coordinator);
    return family.zygote > 0 && family.standbys.size() == 2;
  });
  return is_whole ? family : Family{};
}

bool works(ProcessPoolExecutor& pool) {
  return pool.submit(TaskOptions{.retries = 20}, twice, 21).result(60s) == 42;
}

/// None of them can replace another before it is killed.
void kill_at_once(const std::vector<pid_t>& victims) {
  REQUIRE(std::count(victims.begin(), victims.end(), 0) == 0);  // that would be this process, too
  for (const pid_t each : victims) ::kill(each, SIGSTOP);
  for (const pid_t each : victims) ::kill(each, SIGKILL);
  for (const pid_t each : victims) eventually([each] { return !test::is_alive(each); });
}

bool is_broken(ProcessPoolExecutor& pool) {
  return eventually([&] {
    try {
      pool.submit(twice, 1).result(60s);
    } catch (const BrokenProcessPool&) {
      return true;
    } catch (const WorkerDied&) {
    }
    return false;
  });
}

/// Kills chosen processes in their first moment: before fork() has returned in them.
class DeathsAtStart {
 public:
  /// Bit n: the n-th process forked from now on, by this process or its descendants.
  explicit DeathsAtStart(std::uint32_t victims, int signal = SIGKILL) {
    static const bool is_registered = ::pthread_atfork(take_number, nullptr, die_if_chosen) == 0;
    REQUIRE(is_registered);
    void* const memory =
        ::mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    s_plan = new (memory) Plan{victims, signal, {}};
  }
  DeathsAtStart(const DeathsAtStart&) = delete;
  DeathsAtStart& operator=(const DeathsAtStart&) = delete;
  ~DeathsAtStart() { ::munmap(std::exchange(s_plan, nullptr), sizeof(Plan)); }

 private:
  struct Plan {
    std::uint32_t victims;
    int signal;
    std::atomic<unsigned> forks;
  };
  // Before the fork: children may run in another order.
  static void take_number() {
    if (s_plan) s_number = s_plan->forks++;
  }
  static void die_if_chosen() {
    if (s_plan && s_number < 32 && (s_plan->victims >> s_number & 1)) ::kill(::getpid(), s_plan->signal);
  }
  static inline unsigned s_number = 0;
  static inline Plan* s_plan = nullptr;
};

/// Runs `body` in a child with one thread: its pid.
pid_t fork_coordinator(const std::function<int()>& body) {
  std::cout.flush();  // or else the child would write what is buffered a second time
  const pid_t child = ::fork();
  REQUIRE(child >= 0);  // it will be killed, and -1 would be everybody
  if (child != 0) return child;
  int code = 99;
  try {
    code = body();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  ::_exit(code);
}

int exit_code_of(pid_t child) {
  int status = -1;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("when the zygote is killed a standby takes over, and what runs is repeated", "[process][zygote]") {
  const Subreaper subreaper;
  std::set<pid_t> zygotes;
  {
    ProcessPoolExecutor pool({.max_workers = 2});
    REQUIRE(works(pool));
    for (int round = 0; round < 6; ++round) {
      std::vector<Future<int>> futures;
      for (int i = 0; i < 40; ++i)
        futures.push_back(pool.submit(TaskOptions{.retries = 3}, wait_a_moment, i));
      const Family family = family_of(::getpid());
      REQUIRE(family.zygote > 0);
      zygotes.insert(family.zygote);
      ::kill(family.zygote, SIGKILL);
      REQUIRE(eventually([&] { return !test::is_alive(family.zygote); }));
      for (int i = 0; i < 40; ++i) CHECK(futures[static_cast<std::size_t>(i)].result(60s) == i);
    }
  }
  CHECK(zygotes.size() == 6);
  CHECK(Subreaper::is_alone());
}

TEST_CASE("a killed zygote costs the calls that run, and no other", "[process][zygote]") {
  ProcessPoolExecutor pool{{.max_workers = 2}};
  std::vector<Future<int>> running, waiting;
  for (int i = 0; i < 2; ++i) running.push_back(pool.submit(block_for_ever));
  for (const Future<int>& each : running) REQUIRE(eventually([&] { return each.running(); }));
  for (int i = 0; i < 10; ++i) waiting.push_back(pool.submit(twice, i));
  const std::vector<int> workers = pool.worker_pids();
  kill_at_once({family_of(::getpid()).zygote});
  for (const Future<int>& each : running) CHECK_THROWS_AS(each.result(60s), WorkerDied);
  for (int i = 0; i < 10; ++i) CHECK(waiting[static_cast<std::size_t>(i)].result(60s) == 2 * i);
  CHECK(pool.worker_deaths() == 2);
  for (const int worker : workers) CHECK(!test::is_alive(worker));
}

TEST_CASE("killed standbys are replaced, and cost no worker", "[process][zygote]") {
  const Subreaper subreaper;
  {
    ProcessPoolExecutor pool{{.max_workers = 2}};
    REQUIRE(works(pool));
    const pid_t zygote = family_of(::getpid()).zygote;
    for (std::size_t round = 0; round < 8; ++round) {
      const Family before = family_of(::getpid());
      REQUIRE(before.zygote == zygote);
      std::vector<pid_t> victims = before.standbys;
      if (round % 3 != 0) victims.erase(victims.begin() + static_cast<std::ptrdiff_t>(round % 2));
      kill_at_once(victims);
      const Family after = family_of(::getpid());
      CHECK(after.zygote == zygote);
      for (const pid_t victim : victims)
        CHECK(std::count(after.standbys.begin(), after.standbys.end(), victim) == 0);
    }
    CHECK(pool.worker_deaths() == 0);
    ::kill(zygote, SIGKILL);
    CHECK(works(pool));
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("a pool survives any two of its zygote and standbys, killed at once", "[process][zygote]") {
  const Subreaper subreaper;
  {
    ProcessPoolExecutor pool{{.max_workers = 2}};
    for (std::size_t round = 0; round < 9; ++round) {
      CAPTURE(round);
      std::vector<Future<int>> futures;
      for (int i = 0; i < 10; ++i)
        futures.push_back(pool.submit(TaskOptions{.retries = 3}, wait_a_moment, i));
      std::vector<pid_t> victims = family_of(::getpid()).all();
      REQUIRE(victims.size() == 3);
      victims.erase(victims.begin() + static_cast<std::ptrdiff_t>(round % 3));
      kill_at_once(victims);
      for (int i = 0; i < 10; ++i) CHECK(futures[static_cast<std::size_t>(i)].result(60s) == i);
    }
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("a pool whose zygote and standbys are all killed is broken, and says so", "[process][zygote]") {
  const Subreaper subreaper;
  {
    ProcessPoolExecutor pool{{.max_workers = 1}};
    const Future<int> running = pool.submit(block_for_ever);
    REQUIRE(eventually([&] { return running.running(); }));
    kill_at_once(family_of(::getpid()).all());
    CHECK_THROWS_AS(running.result(60s), WorkerDied);
    CHECK(is_broken(pool));
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("a pool after prepare_to_fork survives that", "[process][zygote]") {
  const Subreaper subreaper;
  CHECK(exit_code_of(fork_coordinator([] {
          prepare_to_fork();
          std::thread([] { ::pause(); }).detach();  // so that there are several threads
          int right = 0;
          {
            ProcessPoolExecutor pool{{.max_workers = 2}};
            for (int round = 0; round < 4; ++round) {
              right += works(pool);
              const Family family = family_of(::getpid());
              kill_at_once(round == 0 ? std::vector{family.zygote} : family.all());
            }
            right += works(pool);
          }
          return right;
        })) == 5);
  CHECK(Subreaper::is_alone());
}

TEST_CASE("processes of a pool that are killed in their first moment cost time, and nothing else",
          "[process][zygote]") {
  const Subreaper subreaper;
  constexpr std::uint32_t first_three = 7;
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    // First each choice of the three that the constructor forks; then such that die later, too.
    std::uint32_t victims = static_cast<std::uint32_t>(round);
    if (round >= 7) victims = static_cast<std::uint32_t>(random() & random()) & 0xffff;
    if ((victims & first_three) == first_three) victims &= ~(1u << (round % 3));
    CAPTURE(victims);
    const DeathsAtStart deaths(victims);
    ProcessPoolExecutor pool{{.max_workers = 2}};
    CHECK(works(pool));
  }
  {
    const DeathsAtStart deaths(first_three);
    ProcessPoolExecutor pool{{.max_workers = 2}};
    CHECK(is_broken(pool));
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("a start that always fails breaks the pool in the end", "[process][zygote]") {
  const Subreaper subreaper;
  {
    const DeathsAtStart deaths(~7u, SIGTERM);  // all but zygote and standbys
    ProcessPoolExecutor pool{{.max_workers = 1}};
    const Future<int> future = pool.submit(twice, 1);
    CHECK_THROWS_AS(future.result(60s), BrokenProcessPool);
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("stopped processes of a pool can be killed and continued", "[process][zygote]") {
  const Subreaper subreaper;
  {
    ProcessPoolExecutor pool{{.max_workers = 2}};
    REQUIRE(works(pool));
    SECTION("the zygote is killed") {
      kill_at_once({family_of(::getpid()).zygote});
      CHECK(works(pool));
    }
    SECTION("the standbys continue after the end of the zygote") {
      const Family family = family_of(::getpid());
      REQUIRE(family.zygote > 0);
      for (const pid_t each : family.standbys) ::kill(each, SIGSTOP);
      ::kill(family.zygote, SIGKILL);
      const Future<int> future = pool.submit(TaskOptions{.retries = 20}, twice, 1);
      REQUIRE(eventually([&] { return !test::is_alive(family.zygote); }));
      for (const pid_t each : family.standbys) ::kill(each, SIGCONT);
      CHECK(future.result(60s) == 2);
    }
    SECTION("the standbys are stopped when the pool ends") {
      for (const pid_t each : family_of(::getpid()).standbys) ::kill(each, SIGSTOP);
    }
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("a coordinator that is killed at any moment leaves nobody, stopped processes neither",
          "[process][zygote]") {
  const Subreaper subreaper;
  std::mt19937 random(3);
  for (int moment = 0; moment < 40; ++moment) {
    CAPTURE(moment);
    const bool with_stopped = moment % 2 == 1;
    const pid_t coordinator = fork_coordinator([with_stopped] {
      while (true) {
        ProcessPoolExecutor pool{{.max_workers = 2}};
        const Future<int> running = pool.submit(block_for_ever);
        for (int i = 0; i < 3 || with_stopped; ++i) {
          if (with_stopped) ::pause();
          works(pool);
          if (const pid_t zygote = family_of(::getpid()).zygote; zygote > 0) ::kill(zygote, SIGKILL);
        }
        works(pool);
        pool.kill_workers();
      }
      return 0;
    });
    if (with_stopped) {
      // The zygote and its standbys know each other once the pool is made, and so once it has a worker.
      REQUIRE(eventually([&] {
        const std::vector<pid_t> processes = test::descendants_of(coordinator);
        return std::any_of(processes.begin(), processes.end(),
                           [](pid_t each) { return test::state_of(each).name.starts_with("worker "); });
      }));
      const Family family = family_of(coordinator);
      REQUIRE(family.zygote > 0);
      // One of the three goes on, perhaps not the zygote.
      std::vector<pid_t> stopped = family.all();
      std::shuffle(stopped.begin(), stopped.end(), random);
      stopped.pop_back();
      ::kill(coordinator, SIGSTOP);
      for (const pid_t each : stopped) ::kill(each, SIGSTOP);
    } else {
      ::usleep(random() % 20000);
    }
    ::kill(coordinator, SIGKILL);
    CHECK(Subreaper::is_alone());
  }
}

TEST_CASE("killed processes of a pool leave no descriptor open in the others", "[process][zygote]") {
  const Subreaper subreaper;
  {
    ProcessPoolExecutor pool{{.max_workers = 1}};
    REQUIRE(works(pool));
    const auto descriptors = [](pid_t process) {
      return test::names_in("/proc/" + std::to_string(process) + "/fd").size();
    };
    const std::size_t in_coordinator = descriptors(::getpid());
    std::size_t in_one = 0;
    for (const pid_t each : family_of(::getpid()).all()) in_one = std::max(in_one, descriptors(each));
    for (std::size_t round = 0; round < 12; ++round) {
      std::vector<pid_t> victims = family_of(::getpid()).all();
      victims.erase(victims.begin() + static_cast<std::ptrdiff_t>(round % 3));
      kill_at_once(victims);
      CHECK(works(pool));
    }
    const Family family = family_of(::getpid());
    CHECK(eventually([&] { return descriptors(::getpid()) <= in_coordinator; }));
    // Each may hold the pidfds of two children more.
    for (const pid_t each : family.all()) CHECK(eventually([&] { return descriptors(each) <= in_one + 2; }));
  }
  CHECK(Subreaper::is_alone());
}

TEST_CASE("on_worker_death = break_pool breaks the pool whose zygote is killed", "[process][zygote]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .on_worker_death = OnWorkerDeath::break_pool}};
  const Future<int> running = pool.submit(block_for_ever);
  REQUIRE(eventually([&] { return running.running(); }));
  kill_at_once({family_of(::getpid()).zygote});
  CHECK_THROWS_AS(running.result(60s), BrokenProcessPool);
  CHECK_THROWS_AS(pool.submit(twice, 1), BrokenProcessPool);
}
