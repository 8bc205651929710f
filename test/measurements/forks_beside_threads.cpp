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

std::mutex shared_mutex;

/// Holds the locks that make fork() in a threaded program dangerous: a mutex, those of malloc() and of stdio.
void allocate_lock_print(std::mt19937& random) {
  const std::lock_guard lock(shared_mutex);
  const std::vector<char> memory(random() % 300'000, 'x');
  std::printf("%zu\n", memory.size());
  std::cout << memory.size() << '\n';
}

/// A worker's pid and that of its parent, and the number of tasks of the parent.
struct WorkerOrigin {
  int pid = 0;
  int parent = 0;
  int parent_tasks = 0;
};

/// The only call of a worker, which takes the same locks. Every second call kills its worker.
WorkerOrigin last_call(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  allocate_lock_print(random);
  if (number % 2 == 0) ::raise(SIGKILL);
  return {::getpid(), ::getppid(), test::tasks_of(::getppid())};
}

}  // namespace

Measured forks_beside_threads(const Form& form) {
  const int respawns = form.times(1000, 60);
  // Threads and workers print to standard output, which is /dev/null during the measurement.
  const int saved_stdout = ::dup(1);
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
  std::set<pid_t> parents;  // of all workers
  for (int done = 0; done < respawns;) {
    std::vector<Future<WorkerOrigin>> futures;
    for (int i = 0; i < 20; ++i) futures.push_back(pool.submit(last_call, done++));
    for (const Future<WorkerOrigin>& future : futures) {
      try {
        const WorkerOrigin origin = future.result(60s);
        pids.insert(origin.pid);
        parents.insert(origin.parent);
        max_tasks = std::max(max_tasks, origin.parent_tasks - sanitizer_tasks);
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
  ::dup2(saved_stdout, 1);
  ::close(saved_stdout);
  const bool zygote_alone =
      parents.size() == 1 && std::count(forked_first.begin(), forked_first.end(), *parents.begin()) == 1;
  return {hung == 0 && max_tasks == 1 && zygote_alone && died == respawns / 2 &&
              static_cast<int>(pids.size()) == respawns,
          std::to_string(pids.size()) + " workers forked beside 8 threads, " + std::to_string(died) +
              " of them died, " + std::to_string(hung) + " calls hung; " +
              (zygote_alone ? "only the zygote" : "not only the zygote") +
              " forked workers, and it had at most " + std::to_string(max_tasks) +
              (max_tasks == 1 ? " task" : " tasks")};
}

}  // namespace measurements
