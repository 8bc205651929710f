#include "bench/child_measurement.hpp"

#include "posix/fork.hpp"
#include "support/catch.hpp"

#include <unistd.h>

#include <csignal>

using namespace spritefarm;
using namespace spritefarm::bench;

namespace {

struct Metrics {
  int number = 0;
  double ratio = 0;
};

}  // namespace

TEST_CASE("a child returns its metrics, and the parent its exit", "[bench][process]") {
  const system::TerminationSignals signals;
  int observations = 0;
  const auto measured = measure_in_child<Metrics>(
      [](const auto& send_metrics) {
        send_metrics(Metrics{posix::current_pid(), 0.5});
      },
      {signals, std::chrono::milliseconds(1), [&observations](pid_t) { ++observations; }});
  CHECK(measured.metrics.number != posix::current_pid());
  CHECK(measured.metrics.ratio == 0.5);
  CHECK(measured.end.exit_code == 0);
  CHECK(observations >= 2);  // at the start and at the end
}

TEST_CASE("metrics can exceed the size of a message", "[bench][process]") {
  const system::TerminationSignals signals;
  for (const std::size_t size : {59'990, 60'000, 60'001, 1'000'000}) {
    std::string metrics(size, 'x');
    metrics.back() = 'y';
    const Measured<std::string> measured =
        measure_bytes_in_child([&](const SendMetrics& send_metrics) { send_metrics(metrics); }, {signals});
    CHECK(measured.metrics == metrics);
  }
}

TEST_CASE("an exception or the death of the child is an exception in the parent", "[bench][process]") {
  const system::TerminationSignals signals;
  const auto message_of = [&](const auto& body) -> std::string {
    try {
      measure_in_child<Metrics>(body, {signals});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message_of([](const auto&) { throw std::invalid_argument("no such thing"); }) == "no such thing");
  CHECK(message_of([](const auto&) { ::raise(SIGKILL); }).find("without a result") != std::string::npos);
  CHECK(message_of([](const auto&) {}).find("without a result") != std::string::npos);
}

TEST_CASE("a signal ends the measurement and its child", "[bench][process]") {
  const system::TerminationSignals signals;
  ::raise(SIGTERM);
  CHECK_THROWS_AS(measure_in_child<Metrics>([](const auto&) { ::pause(); }, {signals}), Interrupted);
}
