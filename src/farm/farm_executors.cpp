#include "farm/farm_executors.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace spritefarm::farm {
namespace {

/// The hosts that every worker will ask, as far as they are known beforehand: that of the records, and, of the
/// PokéAPI itself, that of the images. Another's is learned from its first record.
std::vector<std::string> hosts_ahead(const cli::Options& options) {
  std::vector<std::string> urls{options.base_url};
  if (options.base_url.starts_with("https://pokeapi.co/") && !options.dry_run)
    urls.emplace_back("https://raw.githubusercontent.com/");
  return urls;
}

}  // namespace

FarmExecutors::FarmExecutors(const cli::Options& options, WorkerSettings settings)
    : m_rate_limits(std::make_shared<net::HostRateLimits>(net::Rate::polite(options.rate))),
      m_window(2 * static_cast<std::size_t>(options.workers) *
               static_cast<std::size_t>(options.concurrency)) {
  settings.http.rate_limits = m_rate_limits;
  const std::function<void()> install = [settings] { Downloader::install(settings); };
  const std::function<void()> install_and_connect = [settings, urls = hosts_ahead(options)] {
    Downloader::install(settings).connect_ahead(urls);
  };
  switch (options.mode) {
    case cli::Mode::processes: {
      auto pool = std::make_unique<ProcessPoolExecutor>(
          ProcessPoolExecutorOptions{.max_workers = options.workers,
                                     .worker_concurrency = options.concurrency,
                                     .initializer = install_and_connect,
                                     .transport = options.transport,
                                     .terminate_grace = std::chrono::milliseconds(200)});
      m_processes = pool.get();
      m_executor = std::move(pool);
      break;
    }
    case cli::Mode::threads: {
      auto pool = std::make_unique<ThreadPoolExecutor>(
          ThreadPoolExecutorOptions{.max_workers = options.workers,
                                    .worker_concurrency = options.concurrency,
                                    .initializer = install_and_connect});
      m_threads = pool.get();
      m_executor = std::move(pool);
      break;
    }
    case cli::Mode::serial:
      m_executor = std::make_unique<SerialExecutor>(SerialExecutorOptions{.initializer = install});
      m_window = 1;
      return;
  }
  settings.board.reset();  // the reader is no worker
  m_index_executor = std::make_unique<ThreadPoolExecutor>(
      ThreadPoolExecutorOptions{.max_workers = 1,
                                .initializer = [settings] { Downloader::install(settings); },
                                .thread_name_prefix = "reader"});
}

void FarmExecutors::start(std::size_t tasks) {
  const int count = static_cast<int>(
      std::min<std::size_t>(tasks, static_cast<std::size_t>(std::numeric_limits<int>::max())));
  if (m_processes) m_processes->start_workers(count);
  if (m_threads) m_threads->start_workers(count);
}

void FarmExecutors::cancel_pending() {
  if (m_processes || m_threads) m_executor->shutdown(false, true);
}

void FarmExecutors::end_processes() {
  if (m_processes) m_processes->terminate_workers();
}

std::uint64_t FarmExecutors::deaths() const {
  return m_processes == nullptr ? 0 : static_cast<std::uint64_t>(m_processes->worker_deaths());
}

}  // namespace spritefarm::farm
