#pragma once

#include "cli/options.hpp"
#include "farm/downloader.hpp"

#include <spritefarm/futures.hpp>

#include <cstdint>
#include <memory>

namespace spritefarm::farm {

/// The executor that the command line asks for, whose workers each have a Downloader, and the one that does
/// what the coordinator itself asks servers for. Owned by the coordinator. Made before the program's first
/// thread, since it may fork; throws what the executors' constructors throw.
class FarmExecutors {
 public:
  FarmExecutors(const cli::Options& options, WorkerSettings settings);

  [[nodiscard]] Executor& executor() noexcept { return *m_executor; }
  /// For calls in this process: a thread of its own, or, in serial mode, executor() itself.
  [[nodiscard]] Executor& index_executor() noexcept {
    return m_index_executor ? *m_index_executor : *m_executor;
  }

  /// Starts the workers that so many tasks will keep busy: they connect to the hosts that are known while the
  /// coordinator still finds out what the tasks are.
  void start(std::size_t tasks);

  /// Cancels the calls that no worker has begun; there can be no more. From any thread.
  void cancel_pending();
  /// Ends workers that are processes, whatever they do, in a fraction of a second. From any thread.
  void end_processes();

  /// Calls that are best outstanding at once: enough that no worker waits for the coordinator.
  [[nodiscard]] std::size_t window() const noexcept { return m_window; }
  [[nodiscard]] std::uint64_t deaths() const;
  /// Of all hosts that the workers ask.
  [[nodiscard]] const net::HostRateLimits& rate_limits() const noexcept { return *m_rate_limits; }

 private:
  const std::shared_ptr<net::HostRateLimits> m_rate_limits;
  std::unique_ptr<Executor> m_executor;
  ProcessPoolExecutor* m_processes = nullptr;  // the same, where it is one
  ThreadPoolExecutor* m_threads = nullptr;     // likewise
  std::unique_ptr<Executor> m_index_executor;
  std::size_t m_window;
};

}  // namespace spritefarm::farm
