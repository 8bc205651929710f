#include "nodes/farm_cluster.hpp"

#include "base/message.hpp"
#include "farm/node_notices.hpp"
#include "nodes/ssh_nodes.hpp"
#include "posix/threads.hpp"

#include <spritefarm/cluster.hpp>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace spritefarm::nodes {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds interval{50};
constexpr seconds renewal{3};
constexpr seconds first_node{30};

// Above the size of what one call returns: all sprites of a pokémon. RabbitMQ 4 takes no larger message.
constexpr std::size_t max_call_bytes = std::size_t{16} << 20;

/// The nodes of a run. A thread of its own looks at them, divides the rates and tells the nodes.
class FarmCluster final : public farm::RunCluster {
 public:
  FarmCluster(const Settings& settings, std::shared_ptr<net::HostTable> hosts)
      : m_run(settings.run),
        m_hosts(std::move(hosts)),
        m_executor({.broker = {.url = settings.broker},
                    .group = settings.group,
                    .max_outstanding = 10'000,
                    .max_call_bytes = max_call_bytes,
                    .lease = seconds(10),
                    .node_command = "spritefarm node"}),
        m_division(settings.reserved_part) {
    m_hosts->shares().grant(m_run, settings.reserved_part, Clock::time_point::max());
    if (!settings.ssh_hosts.empty()) start_nodes(settings);
    const posix::BlockedSignals inherited;
    m_thread = posix::start_thread([this] { run(); });
  }
  ~FarmCluster() override {
    {
      const std::lock_guard lock(m_mutex);
      m_is_ending = true;
    }
    m_ending.notify_all();
    m_thread.join();
  }

  Executor& executor() noexcept override { return m_executor; }
  int slots() const override {
    int slots = 0;
    for (const NodeInfo& node : m_executor.nodes()) slots += node.slots;
    return slots;
  }
  std::vector<farm::NodeReport> nodes() const override {
    const std::map<std::string, std::uint64_t> deaths = m_executor.deaths();
    const std::lock_guard lock(m_mutex);
    std::vector<farm::NodeReport> nodes;
    for (const auto& [name, node] : m_known) {
      nodes.push_back(node);
      if (const auto found = deaths.find(name); found != deaths.end()) nodes.back().deaths = found->second;
    }
    return nodes;
  }

 private:
  using RateDivision = farm::RateDivision;

  /// Waits for the first of them: one that cannot run this run's calls is told at once.
  void start_nodes(const Settings& settings) {
    const Broker broker = with_environment({.url = settings.broker});
    m_ssh.emplace(SshNodes::Settings{settings.ssh_hosts, {broker.url, broker.password}, settings.group});
    const Clock::time_point deadline = Clock::now() + first_node;
    std::string failures;
    while (m_executor.nodes().empty()) {
      for (const std::string& failure : m_ssh->failures()) failures += failure + "; ";
      if (m_ssh->have_all_ended()) throw BrokenCluster(failures + "no machine is left");
      try {
        m_executor.wait_for_nodes(1, interval);
      } catch (const TimeoutError& error) {
        if (Clock::now() > deadline) throw BrokenCluster(failures + error.what() + m_ssh->last_lines());
      }
    }
    if (!failures.empty()) report_message({failures, "the run goes on with the others"});
  }

  void run() {
    posix::set_thread_name("sf nodes");
    std::unique_lock lock(m_mutex);
    while (!m_ending.wait_for(lock, interval, [this] { return m_is_ending; })) look();
  }

  void look() {
    const Clock::time_point now = Clock::now();
    if (m_ssh)
      for (const std::string& failure : m_ssh->failures()) report_message({failure});
    end_pauses(now);
    std::vector<RateDivision::Node> there;
    for (auto& [name, node] : m_known) node.is_there = false;
    for (const NodeInfo& node : m_executor.nodes()) {
      m_known[node.name] = {.name = node.name, .host = node.host, .slots = node.slots, .busy = node.busy};
      there.push_back({node.name, node.slots, epoch_of(node, now)});
    }
    bool is_due = m_division.update(there, now);
    for (const RateDivision::Part& part : m_division.table().parts) m_known[part.name].rate = rate_of(part);
    farm::RunNotice notice{m_run, m_division.table().epoch, m_division.table().parts,
                           m_pauses.of(*m_hosts, now)};
    is_due = is_due || notice.pauses.size() > m_told_pauses || now - m_told_at >= renewal;
    m_told_pauses = notice.pauses.size();
    if (!is_due || there.empty()) return;
    m_told_at = now;
    m_executor.announce(encode_notice(notice));
  }

  /// The nodes' requests, not the coordinator's, find out whether a host is back after a pause.
  void end_pauses(Clock::time_point now) {
    for (const net::HostTable::Absence& absence : m_hosts->absences(now))
      if (absence.status.has_asked && absence.status.pause_until <= now)
        m_hosts->host(absence.origin).availability.on_answer(true);
  }

  /// Requests per second to each host; 0: no limit.
  double rate_of(const RateDivision::Part& part) const {
    const net::HostTable::Settings& settings = m_hosts->settings();
    return settings.rate.per_second * (settings.is_rate_whole ? 1 : part.part);
  }

  /// Of the table that the node uses. Also learns of its hosts' pauses.
  std::uint32_t epoch_of(const NodeInfo& node, Clock::time_point now) {
    const auto notice = farm::decode_notice<farm::NodeNotice>(node.status);
    if (!notice) return 0;
    for (farm::HostPause pause : notice->pauses) {
      pause.age += node.seen;
      farm::HostPauses::add(pause, *m_hosts, now);
    }
    const auto found = std::find_if(notice->runs.begin(), notice->runs.end(),
                                    [this](const auto& each) { return each.run == m_run; });
    return found == notice->runs.end() ? 0 : found->epoch;
  }

  const std::uint64_t m_run;
  const std::shared_ptr<net::HostTable> m_hosts;
  std::optional<SshNodes> m_ssh;  // outlives the calls
  ClusterExecutor m_executor;
  mutable std::mutex m_mutex;  // of m_known and m_is_ending; the rest belongs to the thread
  std::condition_variable m_ending;
  bool m_is_ending = false;
  std::map<std::string, farm::NodeReport> m_known;  // by name
  RateDivision m_division;
  farm::HostPauses m_pauses;
  std::size_t m_told_pauses = 0;
  Clock::time_point m_told_at{};
  std::thread m_thread;
};

}  // namespace

farm::ConnectCluster connect_cluster() {
  return [](const farm::RunCluster::Settings& settings, std::shared_ptr<net::HostTable> hosts) {
    return std::make_unique<FarmCluster>(settings, std::move(hosts));
  };
}

}  // namespace spritefarm::nodes
