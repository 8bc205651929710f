#include "cluster/cluster_fixture.hpp"

#include "posix/check.hpp"
#include "posix/fd.hpp"
#include "support/eventually.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <utility>

// The program is its own node, so nodes and tests are of one build.
extern "C" int run_instead_of_tests(int argc, char** argv);
extern "C" int run_instead_of_tests(int argc, char** argv) {
  return spritefarm::node_main(argc, argv).value_or(-1);
}

namespace spritefarm::test {

Cluster::Cluster(const std::string& user) : Cluster(RabbitBroker::shared().as(user)) {
  m_is_shared = true;
}

Cluster::Cluster(Broker broker) : m_is_shared(false), m_broker(std::move(broker)) {
  static std::atomic<int> last{0};
  m_group = "test" + std::to_string(++last);
}

Subprocess& Cluster::start_node(int processes, std::vector<std::string> arguments, const std::string& path,
                                const std::string& network) {
  Command command{.environment = {{"SPRITEFARM_BROKER", m_broker.url},
                                  {"SPRITEFARM_BROKER_PASSWORD", m_broker.password}}};
  if (!network.empty()) command.arguments = {"ip", "netns", "exec", network};
  command.arguments.push_back(network.empty() ? path : std::filesystem::canonical(path).string());
  for (const char* const each : {"--spritefarm-node", "--group"}) command.arguments.emplace_back(each);
  command.arguments.push_back(m_group);
  command.arguments.emplace_back("--processes");
  command.arguments.push_back(std::to_string(processes));
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  m_nodes.push_back(std::make_unique<Subprocess>(std::move(command)));
  m_nodes.back()->wait_for_message("connected");
  return *m_nodes.back();
}

ClusterExecutorOptions Cluster::options(const std::string& user) const {
  return {.broker = m_is_shared ? RabbitBroker::shared().as(user) : m_broker,
          .group = m_group,
          .node_timeout = std::chrono::seconds(5),
          .lease = std::chrono::seconds(30)};
}

std::string cluster_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / ("cluster-" + name);
}

void note(const std::string& file) {
  const posix::Fd to(
      posix::check(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), "open"));
  posix::check(::write(to.get(), "x", 1), "write");
}

int notes(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? static_cast<int>(status.st_size) : 0;
}

void wait_for(const std::string& file) {
  if (!eventually([&] { return notes(file) > 0; }, std::chrono::minutes(2)))
    throw std::runtime_error("waited in vain for " + file);
}

}  // namespace spritefarm::test
