#include "bench/calls_options.hpp"

#include "bench/bench_help_text.hpp"
#include "cli/option_parser.hpp"

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

  cli::OptionParser parser;
  parser.list("--by", executors, "KIND").one_of({"pipe", "serial", "shm", "threads"});
  parser.value("-p,--processes", options.plan.workers, "N").in_range(1, cli::max_workers);
  parser.list("--payload", options.plan.payloads, "BYTES").in_range(std::size_t{0}, max_bytes);
  parser.list("--chunk", options.plan.chunks, "N").in_range(1, 1'000'000);
  parser.value("--calls", options.plan.calls, "N").in_range(std::size_t{1}, std::size_t{100'000'000});
  parser.value("--rounds", options.rounds, "N").in_range(1, 1000);
  parser.flag("--json", options.json);
  Result<std::optional<cli::HelpText>> information = parser.read(arguments, calls_help());
  if (!information) return information.error();
  if (*information) return Parsed(**std::move(information));
  for (const std::string& kind : executors)
    if (std::find(options.executors.begin(), options.executors.end(), kinds.at(kind)) ==
        options.executors.end())
      options.executors.push_back(kinds.at(kind));
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
