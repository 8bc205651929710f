#include "integration/fault_matrix.hpp"
#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/relay.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

int pokemon() {
  return faults_in_full() ? 500 : 60;
}

/// Not the ledger, nor a file that is being written.
bool has_image(const std::filesystem::path& output) {
  const auto tree = read_tree(output);
  return std::any_of(tree.begin(), tree.end(), [](const auto& file) { return file.first.front() != '.'; });
}

/// A mirror behind a relay that ends in the middle of a run, and begins again after `length`; zero: never.
class Outage {
 public:
  explicit Outage(std::chrono::seconds length) : m_length(length) {}

  Command command(const FaultMode& mode, const std::filesystem::path& output,
                  std::vector<std::string> options) {
    options.insert(options.end(),
                   {"-n", std::to_string(pokemon()), "--rate", "50", "--base-url", m_mirror.base_url()});
    const std::vector<std::string> by_relay = m_relay.connect_to();
    options.insert(options.end(), by_relay.begin(), by_relay.end());
    // The relay that a thread starts ends with it.
    m_break = std::jthread([this, output](const std::stop_token& end) {
      (void)eventually([&] { return has_image(output); });
      m_relay.stop();
      std::this_thread::sleep_for(m_length);
      if (m_length > 0s) m_relay.start();
      while (!end.stop_requested()) std::this_thread::sleep_for(10ms);
    });
    return farm_command(mode, output, std::move(options));
  }

 private:
  const std::chrono::seconds m_length;
  const MirrorServer m_mirror;
  Relay m_relay{m_mirror.port()};
  std::jthread m_break;
};

}  // namespace

TEST_CASE("an outage, a slow line and a long pause cost time, and no sprite", "[faults]") {
  const MirrorServer sound;
  const auto outages = std::make_shared<std::vector<std::unique_ptr<Outage>>>(fault_modes().size());
  FaultRow outage;
  outage.fault = "outage";
  outage.source = front_sprites_of(sound.base_url(), pokemon());
  outage.command = [outages](const FaultMode& mode, const std::filesystem::path& output) {
    auto& made = outages->at(mode.number) = std::make_unique<Outage>(faults_in_full() ? 30s : 2s);
    return made->command(mode, output, {});
  };
  outage.exit_status = 0;

  const Relay narrow(sound.port(), {"--bandwidth", faults_in_full() ? "16000" : "40000"});
  FaultRow slow_line;
  slow_line.fault = "slow line";
  slow_line.source = front_sprites_of(sound.base_url(), 12);
  slow_line.command = [&](const FaultMode& mode, const std::filesystem::path& output) {
    std::vector<std::string> options{"-n", "12", "--timeout", "0.7", "--base-url", sound.base_url()};
    const std::vector<std::string> by_relay = narrow.connect_to();
    options.insert(options.end(), by_relay.begin(), by_relay.end());
    return farm_command(mode, output, std::move(options));
  };
  slow_line.exit_status = 0;

  std::vector<std::unique_ptr<ChangingApi>> closed;
  while (closed.size() < fault_modes().size()) closed.push_back(std::make_unique<ChangingApi>(pokemon()));
  FaultRow long_pause;
  long_pause.fault = "long pause";
  for (int id = 1; id <= pokemon(); ++id)
    long_pause.source["p" + std::to_string(id)] = closed.front()->image(id);
  long_pause.command = [&](const FaultMode& mode, const std::filesystem::path& output) {
    ChangingApi& api = *closed.at(mode.number);
    api.close_images(faults_in_full() ? 60s : 2s);
    return farm_command(mode, output, {"--all", "--base-url", api.base_url()});
  };
  long_pause.exit_status = 0;
  check_faults({outage, slow_line, long_pause});
}

TEST_CASE("a host that stays away fails its sprites together, with one reason", "[outage]") {
  const TempDir work;
  Outage outage(0s);
  Subprocess process(outage.command(fault_modes().front(), work / "sprites", {"--retry-max-time", "4"}));
  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.err.find("127.0.0.1:") != std::string::npos);
  CHECK(outcome.err.find(" does not answer (") != std::string::npos);
  CHECK(outcome.err.find("); it is tried again until ") != std::string::npos);
  const RunReport report(outcome.out);
  REQUIRE(report.count.at("failed") > 20);
  for (const RunReport::Failure& failure : report.failures) {
    CAPTURE(failure.reason);
    CHECK(failure.reason.find("127.0.0.1 has not answered for --retry-max-time (4 s): ") !=
          std::string::npos);
  }
  // Those that were in flight, and a probe each half second at most.
  CHECK(report.count.at("requests") < 2 * report.count.at("downloaded") + 100);
}
