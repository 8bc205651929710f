#include "futures/exit_watch.hpp"

#include "posix/fork.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace spritefarm::futures {
namespace {

/// The pools of this process. A static object, so the exit of the process destroys it. Any thread.
class ExitWatch {
 public:
  void add(const std::weak_ptr<FinishesAtExit>& pool) {
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_pools, [](const auto& each) { return each.expired(); });
    m_pools.push_back(pool);
  }
  ~ExitWatch() {
    if (posix::fork_generation() != m_generation) return;  // a forked child: the pools belong to the parent
    for (const auto& each : m_pools)
      if (const auto pool = each.lock()) pool->finish();
  }

 private:
  const unsigned m_generation = posix::fork_generation();
  std::mutex m_mutex;
  std::vector<std::weak_ptr<FinishesAtExit>> m_pools;
};

}  // namespace

void finish_at_exit(const std::weak_ptr<FinishesAtExit>& pool) {
  static ExitWatch watch;
  watch.add(pool);
}

}  // namespace spritefarm::futures
