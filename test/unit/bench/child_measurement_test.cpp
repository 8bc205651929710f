#include "bench/undisturbed_run.hpp"
#include "posix/fork.hpp"
#include "support/catch.hpp"
#include "support/forgotten_signals.hpp"

#include <sys/wait.h>
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
  const Signals signals{system::TerminationSignals()};
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
  const Signals signals{system::TerminationSignals()};
  for (const std::size_t size : {59'990, 60'000, 60'001, 1'000'000}) {
    std::string metrics(size, 'x');
    metrics.back() = 'y';
    const Measured<std::string> measured =
        measure_bytes_in_child([&](const SendMetrics& send_metrics) { send_metrics(metrics); }, {signals});
    CHECK(measured.metrics == metrics);
  }
}

TEST_CASE("an exception or the death of the child is an exception in the parent", "[bench][process]") {
  const Signals signals{system::TerminationSignals()};
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
  const test::ForgottenSignals at_end;
  const Signals signals{system::TerminationSignals()};
  ::raise(SIGTERM);
  CHECK_THROWS_AS(measure_in_child<Metrics>([](const auto&) { ::pause(); }, {signals}), Interrupted);
}

TEST_CASE("a run that Ctrl-Z has ended is repeated when the process continues", "[bench][process]") {
  const int continued = GENERATE(1, 3);
  const pid_t measuring = posix::fork_child([continued] {
    posix::lead_own_group();
    Signals signals{system::TerminationSignals()};
    const cli::Messages messages(cli::Verbosity::quiet);
    BenchProgress progress(cli::ProgressForm::none, messages, {.title = "", .configurations = {{"it", ""}}});
    int runs = 0;
    const auto run = [&] {
      ++runs;
      const auto observe = [&](pid_t child) {
        if (runs > continued) return;
        ::raise(SIGTSTP);
        ::kill(child, SIGTSTP);  // the terminal sends it to both
      };
      return measure_in_child<Metrics>(
          [&](const auto& send_metrics) {
            while (runs <= continued) ::pause();
            send_metrics(Metrics{runs, 0.5});
          },
          {signals, std::chrono::milliseconds(1), observe});
    };
    return run_until_undisturbed(signals, progress, 0, run).metrics.number;
  });
  for (int i = 0; i < continued; ++i) {
    int status = 0;
    REQUIRE(::waitpid(measuring, &status, WUNTRACED) == measuring);
    REQUIRE(WIFSTOPPED(status));
    ::kill(measuring, SIGCONT);
  }
  int status = 0;
  REQUIRE(::waitpid(measuring, &status, WUNTRACED) == measuring);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == continued + 1);
}
