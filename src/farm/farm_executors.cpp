#include "farm/farm_executors.hpp"

#include "farm/farm_pokemon.hpp"
#include "farm/node_settings.hpp"
#include "farm/node_worker.hpp"
#include "farm/worker_sandbox.hpp"
#include "system/standard_files.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <utility>

namespace spritefarm::farm {
namespace {

/// The hosts that every worker will ask, as far as they are known: the records' host, and the PokéAPI's image
/// host. Other image hosts are learned from the first record.
std::vector<std::string> known_hosts(const std::string& base_url, bool dry_run) {
  std::vector<std::string> urls{base_url};
  if (base_url.starts_with("https://pokeapi.co/") && !dry_run)
    urls.emplace_back("https://raw.githubusercontent.com/");
  return urls;
}

// What the coordinator of a cluster keeps of the rates for its own requests: the index and the like.
constexpr double reserved_part = 0.05;

// Until a node is there, and beside what its slots ask for.
constexpr std::size_t min_window_of_cluster = 64;

std::uint64_t random_run() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random() | 1;  // not 0
}

net::HostTable::Settings with_run(net::HostTable::Settings settings, std::uint64_t run) {
  settings.run = run;
  return settings;
}

}  // namespace

FarmExecutors::FarmExecutors(const Settings& settings, WorkerSettings worker_settings,
                             const ConnectCluster& connect_cluster)
    : m_run(settings.mode == cli::Mode::cluster ? random_run() : 0),
      m_hosts(std::make_shared<net::HostTable>(with_run(settings.hosts, m_run))),
      m_window(2 * static_cast<std::size_t>(settings.workers) *
               static_cast<std::size_t>(settings.concurrency)) {
  worker_settings.http.hosts = m_hosts;
  const std::function<void()> install = [worker_settings] { Downloader::install(worker_settings); };
  const std::function<void()> install_and_connect =
      [worker_settings, urls = known_hosts(settings.base_url, worker_settings.dry_run)] {
        Downloader::install(worker_settings).connect_ahead(urls);
      };
  switch (settings.mode) {
    case cli::Mode::processes: {
      const auto set_up_process = [install_and_connect, confines = settings.confines_workers,
                                   rules = worker_rules(worker_settings, settings.base_url)] {
        system::own_standard_files();
        if (confines) system::confine(rules);
        install_and_connect();
      };
      auto pool = std::make_unique<ProcessPoolExecutor>(
          ProcessPoolExecutorOptions{.max_workers = settings.workers,
                                     .worker_concurrency = settings.concurrency,
                                     .initializer = set_up_process,
                                     .max_result_size = 64 << 20,
                                     .transport = settings.transport,
                                     .terminate_grace = std::chrono::milliseconds(200)});
      m_processes = pool.get();
      m_executor = std::move(pool);
      break;
    }
    case cli::Mode::threads: {
      auto pool = std::make_unique<ThreadPoolExecutor>(
          ThreadPoolExecutorOptions{.max_workers = settings.workers,
                                    .worker_concurrency = settings.concurrency,
                                    .initializer = install_and_connect});
      m_threads = pool.get();
      m_executor = std::move(pool);
      break;
    }
    case cli::Mode::serial:
      m_executor = std::make_unique<ThreadPoolExecutor>(ThreadPoolExecutorOptions{
          .max_workers = 1, .initializer = install, .thread_name_prefix = "serial"});
      m_window = 1;
      return;
    case cli::Mode::cluster:
      connect(settings, worker_settings, connect_cluster);
      break;
  }
  worker_settings.board.reset();  // the index executor is no worker
  m_index_executor = std::make_unique<ThreadPoolExecutor>(
      ThreadPoolExecutorOptions{.max_workers = 1,
                                .initializer = [worker_settings] { Downloader::install(worker_settings); },
                                .thread_name_prefix = "index"});
}

FarmExecutors::~FarmExecutors() {
  executor().shutdown();
}

void FarmExecutors::connect(const Settings& settings, const WorkerSettings& worker_settings,
                            const ConnectCluster& connect_cluster) {
  if (!connect_cluster) throw std::invalid_argument(no_cluster_support);
  Encoder to;
  encode(to, node_settings(worker_settings, settings.hosts));
  m_node_settings = std::move(to).take();
  if (!worker_settings.dry_run) m_output.emplace(worker_settings.output);
  m_cluster = connect_cluster({.broker = settings.broker,
                               .group = settings.group,
                               .ssh_hosts = settings.ssh_hosts,
                               .run = m_run,
                               .reserved_part = reserved_part},
                              m_hosts);
}

Future<FarmResult> FarmExecutors::submit(const TaskOptions& options, FarmTask task) {
  if (!m_cluster) return m_executor->submit(options, farm_pokemon, std::move(task));
  return m_cluster->executor().submit(options, farm_on_node,
                                      NodeTask{m_run, m_node_settings, std::move(task)});
}

void FarmExecutors::receive(FarmResult& result) {
  if (result.node.empty()) return;
  m_node_clocks.translate(result, std::chrono::steady_clock::now().time_since_epoch());
  if (m_output) m_output->save_all(result);
  const auto is_new = [](const SpriteResult& sprite) { return sprite.status == SpriteStatus::downloaded; };
  const std::lock_guard lock(m_mutex);
  m_farmed[result.node] +=
      static_cast<std::uint64_t>(std::count_if(result.sprites.begin(), result.sprites.end(), is_new));
}

std::size_t FarmExecutors::window() const {
  if (!m_cluster) return m_window;
  return std::max(min_window_of_cluster, 2 * static_cast<std::size_t>(m_cluster->slots()));
}

void FarmExecutors::start(std::size_t tasks) {
  const int count = static_cast<int>(
      std::min<std::size_t>(tasks, static_cast<std::size_t>(std::numeric_limits<int>::max())));
  if (m_processes) m_processes->start_workers(count);
  if (m_threads) m_threads->start_workers(count);
}

void FarmExecutors::suspend() {
  if (m_processes) m_processes->suspend_workers();
  m_hosts->on_stop(std::chrono::steady_clock::now());
}

void FarmExecutors::resume() {
  m_hosts->on_continue(std::chrono::steady_clock::now());
  if (m_processes) m_processes->resume_workers();
}

void FarmExecutors::cancel_pending() {
  executor().shutdown(false, true);
}

void FarmExecutors::end() {
  if (m_processes)
    m_processes->terminate_workers();
  else
    executor().shutdown(true, true);
  if (m_index_executor) m_index_executor->shutdown(true, true);
}

std::uint64_t FarmExecutors::deaths() const {
  std::uint64_t at_nodes = 0;
  for (const NodeReport& node : nodes()) at_nodes += node.deaths;
  if (m_cluster) return at_nodes;
  return m_processes == nullptr ? 0 : static_cast<std::uint64_t>(m_processes->worker_deaths());
}

std::vector<NodeReport> FarmExecutors::nodes() const {
  if (!m_cluster) return {};
  std::vector<NodeReport> nodes = m_cluster->nodes();
  const std::lock_guard lock(m_mutex);
  for (NodeReport& node : nodes)
    if (const auto found = m_farmed.find(node.name); found != m_farmed.end()) node.farmed = found->second;
  return nodes;
}

}  // namespace spritefarm::farm
