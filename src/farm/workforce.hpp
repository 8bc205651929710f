#pragma once

#include "farm/downloader.hpp"
#include "farm/options.hpp"

#include <spritefarm/futures.hpp>

#include <cstdint>
#include <memory>

namespace spritefarm::farm {

/// The executor that the command line asks for, whose workers each have a Downloader. Owned by the
/// coordinator. Made before the program's first thread, since it may fork; throws what the executors'
/// constructors throw.
class Workforce {
 public:
  Workforce(const Options& options, const WorkerSettings& settings);

  [[nodiscard]] Executor& executor() noexcept { return *m_executor; }
  /// Calls that are best outstanding at once: enough that no worker waits for the coordinator.
  [[nodiscard]] std::size_t window() const noexcept { return m_window; }
  [[nodiscard]] std::uint64_t deaths() const;
  /// The process ids of the workers, if they are processes.
  [[nodiscard]] std::vector<int> processes() const;

 private:
  std::unique_ptr<Executor> m_executor;
  const ProcessPoolExecutor* m_processes = nullptr;  // the same, where it is one
  std::size_t m_window;
};

}  // namespace spritefarm::farm
