#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/relay.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <string>
#include <vector>

using namespace spritefarm::test;

namespace {

Outcome farm(const MirrorServer& mirror, const Relay& relay, std::vector<std::string> options) {
  const TempDir work;
  options.insert(options.end(), {"--json", "--base-url", mirror.base_url(), "-o", work / "sprites"});
  const std::vector<std::string> by_relay = relay.connect_to();
  options.insert(options.end(), by_relay.begin(), by_relay.end());
  return run(program(std::move(options)));
}

}  // namespace

TEST_CASE("--limit-rate limits the bytes of all workers together", "[slow]") {
  const auto mode = GENERATE(std::vector<std::string>{"-p", "2"}, std::vector<std::string>{"-t", "2"},
                             std::vector<std::string>{"-s"});
  CAPTURE(mode.front());
  const MirrorServer mirror;
  const Relay relay(mirror.port());
  std::vector<std::string> options = mode;
  options.insert(options.end(), {"-n", "12", "--limit-rate", "40k"});
  const Outcome outcome = farm(mirror, relay, options);
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  const RunReport report(outcome.out);
  // The images alone are less than all bytes, and the burst is a tenth of a second.
  CHECK(report.seconds >= static_cast<double>(report.count.at("bytes")) / 40'960 - 0.2);
}
