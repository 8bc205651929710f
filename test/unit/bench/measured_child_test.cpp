#include "bench/measured_child.hpp"

#include "posix/fork.hpp"
#include "support/catch.hpp"

#include <unistd.h>

#include <csignal>

using namespace spritefarm;
using namespace spritefarm::bench;

namespace {

struct Figures {
  int number = 0;
  double ratio = 0;
};

}  // namespace

TEST_CASE("what a child measures comes back, with what it cost", "[bench][process]") {
  const system::TerminationSignals signals;
  int looks = 0;
  const auto measured = measure_apart<Figures>(
      [](const auto& tell) {
        tell(Figures{posix::own_pid(), 0.5});
      },
      {signals, std::chrono::milliseconds(1), [&looks](pid_t) { ++looks; }});
  CHECK(measured.figures.number != posix::own_pid());
  CHECK(measured.figures.ratio == 0.5);
  CHECK(measured.end.exit_code == 0);
  CHECK(looks >= 2);  // at its begin and at its end
}

TEST_CASE("a child may tell more than one message holds", "[bench][process]") {
  const system::TerminationSignals signals;
  for (const std::size_t size : {59'990, 60'000, 60'001, 1'000'000}) {
    std::string figures(size, 'x');
    figures.back() = 'y';
    const Measured<std::string> measured =
        measure_bytes_apart([&](const Tell& tell) { tell(figures); }, {signals});
    CHECK(measured.figures == figures);
  }
}

TEST_CASE("what a child throws comes back, and so does its death", "[bench][process]") {
  const system::TerminationSignals signals;
  const auto message_of = [&](const auto& body) -> std::string {
    try {
      measure_apart<Figures>(body, {signals});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message_of([](const auto&) { throw std::invalid_argument("no such thing"); }) == "no such thing");
  CHECK(message_of([](const auto&) { ::raise(SIGKILL); }).find("too early") != std::string::npos);
  CHECK(message_of([](const auto&) {}).find("too early") != std::string::npos);
}

TEST_CASE("a signal ends the measurement and its child", "[bench][process]") {
  system::TerminationSignals signals;
  ::raise(SIGTERM);  // held back
  CHECK_THROWS_AS(measure_apart<Figures>([](const auto&) { ::pause(); }, {signals}), Interrupted);
  CHECK(signals.wait() == SIGTERM);
  CHECK_FALSE(signals.pending());
}
