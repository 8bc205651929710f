#include "bench/calls_options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <thread>
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
      --json              every figure of every round, as one JSON object on standard output
  -h, --help              print this text

Each executor is measured in a fresh process of its own, in every round. Of the rounds, the median is shown.
)";

const std::map<std::string, CallsBy> kinds{{"serial", CallsBy::serial},
                                           {"threads", CallsBy::threads},
                                           {"pipe", CallsBy::pipe},
                                           {"shm", CallsBy::shm}};

template <typename T>
CLI::Option* list_option(CLI::App& app, const char* name, std::vector<T>& values, const char* value_name) {
  return app.add_option(name, values)->delimiter(',')->allow_extra_args(false)->type_name(value_name);
}

}  // namespace

Result<std::variant<CallsOptions, farm::Information>> parse_calls_options(
    const std::vector<std::string>& arguments) {
  using Parsed = std::variant<CallsOptions, farm::Information>;
  constexpr std::size_t most_bytes = std::size_t{1} << 30;
  CallsOptions options;
  options.plan.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::vector<std::string> by{"serial", "threads", "pipe", "shm"};

  CLI::App app;
  list_option(app, "--by", by, "KIND")->check(CLI::IsMember(kinds).description(""));
  app.add_option("-p,--processes", options.plan.workers)->type_name("N")->check(CLI::Range(1, 512));
  list_option(app, "--payload", options.plan.payloads, "BYTES")
      ->check(CLI::Range(std::size_t{0}, most_bytes));
  list_option(app, "--chunk", options.plan.chunks, "N")->check(CLI::Range(1, 1'000'000));
  app.add_option("--calls", options.plan.calls)
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
  app.add_option("--rounds", options.rounds)->type_name("N")->check(CLI::Range(1, 1000));
  app.add_flag("--json", options.json);
  app.set_help_flag("-h,--help");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // as CLI11 wants them
  } catch (const CLI::CallForHelp&) {
    return Parsed(farm::Information{calls_help_text});
  } catch (const CLI::ParseError& error) {
    return Error{error.what()};
  }
  for (const std::string& kind : by)
    if (std::find(options.by.begin(), options.by.end(), kinds.at(kind)) == options.by.end())
      options.by.push_back(kinds.at(kind));
  return Parsed(std::move(options));
}

}  // namespace spritefarm::bench
