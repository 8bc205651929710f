#include "cluster/cluster_fixture.hpp"
#include "cluster/ssh_server.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/scripted_server.hpp"
#include "support/trace_reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

/// Nodes of `spritefarm node` in a group of their own, and runs of `spritefarm --cluster`.
class Farm {
 public:
  Farm() {
    static int last = 0;
    m_group = "farm" + std::to_string(++last);
  }

  Subprocess& start_node(const std::string& name, int processes = 2) {
    m_nodes.push_back(std::make_unique<Subprocess>(
        command({"node", "--group", m_group, "--name", name, "-p", std::to_string(processes), "-c", "4"})));
    m_nodes.back()->wait_for_message("connected");
    return *m_nodes.back();
  }
  /// A run with these options, into the folder `name`.
  [[nodiscard]] Command run_into(const std::string& name, const std::vector<std::string>& options) const {
    std::vector<std::string> arguments{"--cluster", "--group", m_group, "--json", "-v", "-o", folder(name)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return command(arguments);
  }
  [[nodiscard]] std::string folder(const std::string& name) const { return m_folder / name; }
  /// Whether a node that --ssh has started runs.
  [[nodiscard]] bool has_node_by_ssh() const {
    const std::string arguments = std::string("--stdin\0--group\0", 16) + m_group + '\0';
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(process.path() / "cmdline");
      std::string command;
      std::getline(file, command);
      if (command.find(arguments) != std::string::npos) return true;
    }
    return false;
  }

 private:
  static Command command(const std::vector<std::string>& arguments) {
    const Broker broker = RabbitBroker::shared().as("guest");
    Command command = program(arguments);
    command.environment["SPRITEFARM_BROKER"] = broker.url;
    command.environment["SPRITEFARM_BROKER_PASSWORD"] = broker.password;
    return command;
  }

  std::string m_group;
  TempDir m_folder;
  std::vector<std::unique_ptr<Subprocess>> m_nodes;
};

std::map<std::string, std::string> tree_of_processes(const std::vector<std::string>& options) {
  const TempDir folder;
  std::vector<std::string> arguments{"-p", "2", "-o", folder / "sprites"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Outcome outcome = run(program(arguments));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  return read_tree(folder / "sprites");
}

/// Sprites by the name of their node.
std::map<std::string, std::uint64_t> farmed(const std::string& report) {
  simdjson::dom::parser parser;
  std::map<std::string, std::uint64_t> found;
  for (const simdjson::dom::element node : parser.parse(report)["nodes"].get_array())
    found[std::string(node["name"].get_string().value())] = node["farmed"];
  return found;
}

/// A PokéAPI that notes when it is asked, and asks for a pause of four seconds once.
class AskedApi {
 public:
  using Clock = std::chrono::steady_clock;

  explicit AskedApi(int refused) : m_refused(refused) {}

  [[nodiscard]] std::string base_url() const { return m_server.url("/api/v2/"); }
  [[nodiscard]] std::vector<Clock::time_point> arrivals() {
    const std::lock_guard lock(m_mutex);
    return m_arrivals;
  }
  /// When the pause began; the epoch if it has not.
  [[nodiscard]] Clock::time_point refused_at() {
    const std::lock_guard lock(m_mutex);
    return m_refused_at;
  }

 private:
  ScriptedServer::Reply reply() {
    const std::lock_guard lock(m_mutex);
    m_arrivals.push_back(Clock::now());
    if (static_cast<int>(m_arrivals.size()) != m_refused)
      return ScriptedServer::response("404 Not Found", "");
    m_refused_at = Clock::now();
    return ScriptedServer::response("429 Too Many Requests", "", "Retry-After: 4\r\n");
  }

  const int m_refused;
  std::mutex m_mutex;
  std::vector<Clock::time_point> m_arrivals;
  Clock::time_point m_refused_at{};
  ScriptedServer m_server{[this](const ScriptedServer::Request&) { return reply(); }};
};

}  // namespace

TEST_CASE("two nodes farm what processes farm", "[cluster][broker][farm]") {
  const MirrorServer mirror({"--count", "60", "--latency", "5"});
  const std::vector<std::string> what{"--all", "--base-url", mirror.base_url(), "--sprite",
                                      "front_default,other.showdown.front_default"};
  Farm farm;
  farm.start_node("one");
  auto& two = farm.start_node("two");
  const Outcome outcome = run(farm.run_into("sprites", what));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  CHECK(read_tree(farm.folder("sprites")) == tree_of_processes(what));
  const RunReport report(outcome.out);
  CHECK(report.mode == "cluster");
  CHECK(report.transport == "amqp");
  CHECK(report.count.at("workers") == 2);
  CHECK(report.count.at("worker_deaths") == 0);
  const auto sprites = farmed(outcome.out);
  CHECK(sprites.size() == 2);
  for (const auto& [name, count] : sprites) CHECK(count > 0);

  SECTION("a second run asks for nothing again, and --dry-run and --gallery work as ever") {
    const Outcome again = run(farm.run_into("sprites", what));
    INFO(again.err);
    CHECK(again.exit_status == 0);
    const RunReport second(again.out);
    CHECK(second.count.at("downloaded") == 0);
    CHECK(second.count.at("unchanged") == report.count.at("downloaded"));
    CHECK(second.count.at("requests") == 0);
  }
  SECTION("a node that is asked to leave ends with status 0") {
    CHECK(two.stop().exit_status == 0);
  }
}

TEST_CASE("--trace shows each node as a process with its workers' tracks", "[cluster][broker][farm]") {
  const MirrorServer mirror({"--count", "40", "--latency", "5"});
  const TempDir folder;
  const std::string file = folder / "trace.json";
  Farm farm;
  farm.start_node("one");
  farm.start_node("two");
  const Outcome outcome =
      run(farm.run_into("sprites", {"--all", "--base-url", mirror.base_url(), "--trace", file}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  const Trace trace(read_file(file));
  std::map<std::string, int> slices_of;
  for (const auto& [track, slices] : trace.slices) {
    slices_of[trace.processes.at(track.first)] += static_cast<int>(slices.size());
    for (const Slice& slice : slices) CHECK(slice.begin >= 0);
  }
  CHECK(slices_of.size() == 3);
  CHECK(slices_of["node one"] > 0);
  CHECK(slices_of["node two"] > 0);
  const std::multiset<std::string> paths = trace.paths();
  CHECK(std::count_if(paths.begin(), paths.end(),
                      [](const std::string& path) { return path.ends_with("/record/transfer"); }) == 40);
}

TEST_CASE("a verbose run shows a line for each node on a terminal", "[cluster][broker][farm]") {
  const MirrorServer mirror({"--count", "40", "--latency", "300"});
  Farm farm;
  farm.start_node("one");
  farm.start_node("two");
  Command command = farm.run_into("sprites", {"--all", "--base-url", mirror.base_url(), "--rate", "1000"});
  command.terminal = system::TerminalSize{80, 24};
  const Outcome outcome = run(std::move(command));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  for (const std::string name : {"one", "two"})
    CHECK(outcome.err.find("node " + name + "                 ") != std::string::npos);
  CHECK(outcome.err.find("of 8 busy") != std::string::npos);
  CHECK(outcome.err.find("requests/s") != std::string::npos);
}

TEST_CASE("a run starts nodes by ssh, and they end with it", "[cluster][broker][farm][ssh]") {
  const bool is_killed = GENERATE(false, true);
  CAPTURE(is_killed);
  const MirrorServer mirror({"--count", "40", "--latency", is_killed ? "300" : "5"});
  const SshServer server;
  const Farm farm;
  Command command = farm.run_into("sprites", {"--all", "--base-url", mirror.base_url(), "--rate",
                                              is_killed ? "5" : "0", "--ssh", "127.0.0.1"});
  command.environment["SPRITEFARM_SSH"] = server.command();
  Subprocess running(std::move(command));
  if (is_killed) {
    REQUIRE(eventually([&] { return farm.has_node_by_ssh(); }));
    running.send_signal(SIGKILL);
  }
  const Outcome outcome = running.finish();
  INFO(outcome.err);
  if (!is_killed) {
    REQUIRE(outcome.exit_status == 0);
    const auto sprites = farmed(outcome.out);
    REQUIRE(sprites.size() == 1);
    CHECK(sprites.begin()->second == 40);
  }
  CHECK(eventually([&] { return !farm.has_node_by_ssh(); }));
}

TEST_CASE("a run tells why no node comes by ssh", "[cluster][broker][farm][ssh]") {
  const SshServer server("/nowhere");
  const Farm farm;
  Command command = farm.run_into("sprites", {"--base-url", "http://127.0.0.1:1/", "--ssh", "127.0.0.1"});
  command.environment["SPRITEFARM_SSH"] = server.command();
  std::string reason = "spritefarm: command not found";
  SECTION("the program is not there") {}
  SECTION("the machine cannot be reached") {
    command.environment["SPRITEFARM_SSH"] = server.command() + " -p 1";
    reason = "ssh: connect to host 127.0.0.1 port 1: Connection refused";
  }
  const Outcome outcome = run(std::move(command));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.err.find("the node on 127.0.0.1 has ended: ") != std::string::npos);
  CHECK(outcome.err.find(reason) != std::string::npos);
}

TEST_CASE("a node that is killed costs no sprite", "[cluster][broker][farm]") {
  const MirrorServer mirror({"--count", "80", "--latency", "30"});
  const std::vector<std::string> what{"--all", "--base-url", mirror.base_url(), "--rate", "0"};
  Farm farm;
  auto& victim = farm.start_node("victim", 1);
  farm.start_node("other", 1);
  Subprocess running(farm.run_into("sprites", what));
  running.wait_for_message(" B\n", 10);
  victim.send_signal(SIGKILL);
  const Outcome outcome = running.finish();
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  CHECK(read_tree(farm.folder("sprites")) == tree_of_processes(what));
}

TEST_CASE("a coordinator that is killed goes on where it was", "[cluster][broker][farm]") {
  const MirrorServer mirror({"--count", "80", "--latency", "30"});
  const std::vector<std::string> what{"--all", "--base-url", mirror.base_url(), "--rate", "0"};
  Farm farm;
  farm.start_node("one");
  farm.start_node("two");
  Subprocess first(farm.run_into("sprites", what));
  first.wait_for_message(" B\n", 30);
  first.send_signal(SIGKILL);
  first.finish();
  const Outcome outcome = run(farm.run_into("sprites", what));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  // What was committed: the ledger follows the messages.
  CHECK(RunReport(outcome.out).count.at("unchanged") >= 1);
  CHECK(read_tree(farm.folder("sprites")) == tree_of_processes(what));
}

TEST_CASE("an interrupted run keeps what has come", "[cluster][broker][farm]") {
  const MirrorServer mirror({"--count", "80", "--latency", "200"});
  Farm farm;
  farm.start_node("one");
  Subprocess running(farm.run_into("sprites", {"--all", "--base-url", mirror.base_url()}));
  running.wait_for_message(" B\n", 4);
  running.send_signal(SIGINT);
  const Outcome outcome = running.finish();
  INFO(outcome.err);
  CHECK(outcome.signal == SIGINT);
  CHECK(read_tree(farm.folder("sprites")).size() == RunReport(outcome.out).count.at("downloaded"));
}

TEST_CASE("all nodes together keep the rate, and a pause that one is asked for", "[cluster][broker][farm]") {
  constexpr int rate = 20, pokemon = 90;
  AskedApi api(60);
  Farm farm;
  farm.start_node("one");
  farm.start_node("two");
  const Outcome outcome =
      run(farm.run_into("sprites", {"1-" + std::to_string(pokemon), "--base-url", api.base_url(), "--rate",
                                    std::to_string(rate), "--retries", "0", "--ledger", "none"}));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);  // the API has no record
  const auto arrivals = api.arrivals();
  REQUIRE(arrivals.size() > pokemon);
  // A busy machine may delay a request and not the next.
  constexpr double burst = 2.56 * rate, late = 2 * rate;
  for (std::size_t first = 0; first < arrivals.size(); ++first)
    for (std::size_t last = first; last < arrivals.size(); ++last) {
      const double seconds = std::chrono::duration<double>(arrivals[last] - arrivals[first]).count();
      if (static_cast<double>(last - first + 1) > burst + rate * seconds + late) {
        CAPTURE(first, last, seconds);
        FAIL("more requests than the rate allows");
      }
    }
  // Both nodes pause. At first there are requests that were on their way, or sent before the pause was told.
  const auto refused = api.refused_at();
  const auto early = std::count_if(arrivals.begin(), arrivals.end(), [&](const auto& each) {
    return each > refused + 3s && each < refused + 3900ms;
  });
  CHECK(early == 0);
}

TEST_CASE("a broker that cannot be reached or is not given ends the run with one line",
          "[cluster][broker][farm]") {
  const TempDir folder;
  Command command = program({"--cluster", "-o", folder / "sprites", "pikachu"});
  command.environment["SPRITEFARM_BROKER"] = "amqp://guest@127.0.0.1:1/";
  Outcome outcome = run(command);
  CHECK(outcome.exit_status == 1);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find("127.0.0.1:1") != std::string::npos);

  command.environment["SPRITEFARM_BROKER"] = "";
  outcome = run(command);
  CHECK(outcome.exit_status == 2);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.find("SPRITEFARM_BROKER") != std::string::npos);
}
