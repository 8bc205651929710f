#pragma once

#include "cluster/cluster_fixture.hpp"

#include <spritefarm/cluster.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace spritefarm::test {

/// Calls that a storm must not lose. Each notes in a file that it runs, so that the executions are counted.
class Load {
 public:
  using Clock = std::chrono::steady_clock;

  /// Submits `calls` calls with 20 retries. Each takes `duration`.
  Load(ClusterExecutor& cluster, const Cluster& group, int calls, std::chrono::milliseconds duration = {});
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  /// Terminates the calls that have not ended.
  ~Load();

  /// The executions so far.
  [[nodiscard]] int runs() const { return notes(m_file); }
  /// Waits until this part of the calls has run, from 0 to 1. Throws std::runtime_error after two minutes.
  void wait_for(double part) const;
  /// Waits for all calls, two minutes without progress at most. Throws std::runtime_error then.
  void finish();

  // After finish().
  /// Calls whose future does not hold their own result.
  [[nodiscard]] int lost() const noexcept { return m_lost; }
  /// Executions beyond one for each call.
  [[nodiscard]] int ran_twice() const { return runs() - static_cast<int>(m_futures.size()); }
  /// The longest time in which no call has ended.
  [[nodiscard]] double stall() const;
  /// How many calls have ended in a second.
  [[nodiscard]] double rate() const;

 private:
  // Shared with the done callbacks.
  struct Progress {
    std::mutex mutex;
    Clock::time_point last{};  // when a call has ended
    Clock::duration stall{};
    std::size_t ended = 0;
  };

  const std::string m_file;
  const Clock::time_point m_begin = Clock::now();
  const std::shared_ptr<Progress> m_progress = std::make_shared<Progress>();
  std::vector<Future<int>> m_futures;
  int m_lost = 0;
};

/// Prints a row of the table of scripts/faults --cluster, for a load that has finished.
void print_storm(const std::string& fault, const std::string& seen, const Load& load);
/// The same for other figures.
void print_storm(const std::string& fault, const std::string& seen, const std::string& lost,
                 const std::string& ran_twice, const std::string& stall);

}  // namespace spritefarm::test
