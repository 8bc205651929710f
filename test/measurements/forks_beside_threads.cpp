#include "measurements/measurement.hpp"
#include "support/proc.hpp"

#include <spritefarm/futures.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace measurements {
namespace {

using namespace spritefarm;
using namespace std::chrono_literals;

std::mutex everybodys;

/// What a fork in a program with threads must not be surprised in: allocating, printing, holding a lock.
void allocate_lock_print(std::mt19937& random) {
  const std::lock_guard lock(everybodys);
  const std::vector<char> memory(random() % 300'000, 'x');
  std::printf("%zu\n", memory.size());
  std::cout << memory.size() << '\n';
}

/// What a worker sees of itself and of who has forked it.
struct WorkerOrigin {
  int pid = 0;
  int parent = 0;
  int parents_tasks = 0;
};

/// A worker's only call, which also needs all that; every second one does not come back.
WorkerOrigin last_call(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  allocate_lock_print(random);
  if (number % 2 == 0) ::raise(SIGKILL);
  return {::getpid(), ::getppid(), test::tasks_of(::getppid())};
}

}  // namespace

Measured forks_beside_threads(const Form& form) {
  const int respawns = form.times(1000, 60);
  // What the threads and the workers print is of no interest, but goes where all print to.
  const int kept = ::dup(1);
  if (!std::freopen("/dev/null", "w", stdout)) return {false, "no /dev/null"};

  ProcessPoolExecutor pool{{.max_workers = 4, .max_tasks_per_child = 1}};
  const std::vector<pid_t> forked_first = test::children_of(::getpid());
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 8; ++i)
    threads.emplace_back([&over, i] {
      std::mt19937 random(i);
      while (!over) {
        allocate_lock_print(random);
        std::this_thread::yield();
      }
    });

  std::set<int> pids;
  int died = 0, hung = 0, max_tasks = 0;
  std::set<pid_t> forks;  // who has forked
  for (int done = 0; done < respawns;) {
    std::vector<Future<WorkerOrigin>> futures;
    for (int i = 0; i < 20; ++i) futures.push_back(pool.submit(last_call, done++));
    for (const Future<WorkerOrigin>& each : futures) {
      try {
        const WorkerOrigin origin = each.result(60s);
        pids.insert(origin.pid);
        forks.insert(origin.parent);
        max_tasks = std::max(max_tasks, origin.parents_tasks - sanitizer_tasks);
      } catch (const WorkerDied& error) {
        pids.insert(error.how().pid);
        ++died;
      } catch (const TimeoutError&) {
        ++hung;
      }
    }
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  std::cout.flush();
  std::fflush(stdout);
  ::dup2(kept, 1);
  ::close(kept);
  const bool zygote_alone =
      forks.size() == 1 && std::count(forked_first.begin(), forked_first.end(), *forks.begin()) == 1;
  return {hung == 0 && max_tasks == 1 && zygote_alone && died == respawns / 2 &&
              static_cast<int>(pids.size()) == respawns,
          std::to_string(pids.size()) + " workers forked beside 8 threads, " + std::to_string(died) +
              " of them died, " + std::to_string(hung) + " calls hung, the zygote " +
              (zygote_alone ? "alone" : "not alone") + " forks and has at most " + std::to_string(max_tasks) +
              (max_tasks == 1 ? " task" : " tasks")};
}

}  // namespace measurements
