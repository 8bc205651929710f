#include "bench/calls_options.hpp"

#include "cli/option_syntax.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace spritefarm::bench {
namespace {

constexpr const char* calls_help_text =
    R"(Measures the library alone: calls of functions that do nothing, through each executor, by the size of what travels
with them and by map()'s chunk size; beside them a bare futex ping-pong between two processes, which nothing can beat.

spritefarm bench calls [OPTIONS]
      --by KIND,...       which executors: serial, threads, pipe and shm (processes, by their transport) [all four]
  -p, --processes N       workers, threads or processes [number of cores]
      --payload BYTES,... sizes of what travels there and back; 0: a call without argument or result
                          [0,64,4096,1048576]
      --chunk N,...       chunk sizes of map() [1,16,500]
      --calls N           calls in each measurement; fewer where the payload is large [50000]
      --rounds N          how often everything is measured, each executor in its turn [5]
      --json              every metric of every round, as one JSON object on standard output
  -h, --help              print this text

Each executor is measured in a fresh process of its own, in every round. Of the rounds, the median is shown.
)";

const std::map<std::string, ExecutorKind> kinds{{"serial", ExecutorKind::serial},
                                                {"threads", ExecutorKind::threads},
                                                {"pipe", ExecutorKind::pipe},
                                                {"shm", ExecutorKind::shm}};

}  // namespace

Result<std::variant<CallsOptions, cli::HelpText>> parse_calls_options(
    const std::vector<std::string>& arguments) {
  using Parsed = std::variant<CallsOptions, cli::HelpText>;
  constexpr std::size_t max_bytes = std::size_t{1} << 30;
  CallsOptions options;
  options.plan.workers = cli::number_of_cores();
  std::vector<std::string> executors{"serial", "threads", "pipe", "shm"};

  CLI::App app;
  cli::list_option(app, "--by", executors, "KIND")->check(CLI::IsMember(kinds).description(""));
  cli::value_option(app, "-p,--processes", options.plan.workers, "N")->check(cli::range(1, cli::max_workers));
  cli::list_option(app, "--payload", options.plan.payloads, "BYTES")
      ->check(cli::range(std::size_t{0}, max_bytes));
  cli::list_option(app, "--chunk", options.plan.chunks, "N")->check(cli::range(1, 1'000'000));
  cli::value_option(app, "--calls", options.plan.calls, "N")
      ->check(cli::range(std::size_t{1}, std::size_t{100'000'000}));
  cli::value_option(app, "--rounds", options.rounds, "N")->check(cli::range(1, 1000));
  app.add_flag("--json", options.json);
  Result<std::optional<cli::HelpText>> information = cli::read_arguments(app, arguments, calls_help_text);
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));
  for (const std::string& kind : executors)
    if (std::find(options.executors.begin(), options.executors.end(), kinds.at(kind)) ==
        options.executors.end())
      options.executors.push_back(kinds.at(kind));
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
