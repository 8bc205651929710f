#include "farm/workforce.hpp"

#include <utility>

namespace spritefarm::farm {

Workforce::Workforce(const Options& options, const WorkerSettings& settings)
    : m_window(2 * static_cast<std::size_t>(options.workers) *
               static_cast<std::size_t>(options.concurrency)) {
  const std::function<void()> install = [settings] { Downloader::install(settings); };
  switch (options.mode) {
    case Mode::processes: {
      auto pool = std::make_unique<ProcessPoolExecutor>(
          ProcessPoolExecutorOptions{.max_workers = options.workers,
                                     .worker_concurrency = options.concurrency,
                                     .initializer = install,
                                     .transport = options.transport});
      m_processes = pool.get();
      m_executor = std::move(pool);
      break;
    }
    case Mode::threads:
      m_executor = std::make_unique<ThreadPoolExecutor>(ThreadPoolExecutorOptions{
          .max_workers = options.workers, .worker_concurrency = options.concurrency, .initializer = install});
      break;
    case Mode::serial:
      m_executor = std::make_unique<SerialExecutor>(SerialExecutorOptions{.initializer = install});
      m_window = 1;
      break;
  }
}

std::uint64_t Workforce::deaths() const {
  return m_processes == nullptr ? 0 : static_cast<std::uint64_t>(m_processes->worker_deaths());
}

std::vector<int> Workforce::processes() const {
  return m_processes == nullptr ? std::vector<int>{} : m_processes->worker_pids();
}

}  // namespace spritefarm::farm
