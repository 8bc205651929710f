#include "bench/calls_options.hpp"

#include "bench/bench_help_text.hpp"
#include "cli/option_syntax.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace spritefarm::bench {
namespace {

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
  Result<std::optional<cli::HelpText>> information = cli::read_arguments(app, arguments, calls_help());
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));
  for (const std::string& kind : executors)
    if (std::find(options.executors.begin(), options.executors.end(), kinds.at(kind)) ==
        options.executors.end())
      options.executors.push_back(kinds.at(kind));
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
