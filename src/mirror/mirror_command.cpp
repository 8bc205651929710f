#include "mirror/mirror_command.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/option_parser.hpp"
#include "cli/standard_output.hpp"
#include "mirror/mirror.hpp"
#include "system/termination_signals.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace spritefarm::mirror {
namespace {

cli::HelpPage mirror_help() {
  return {
      .summary = "Serve a small PokéAPI with its images on loopback, until interrupted.",
      .usage = {"mirror [OPTIONS]"},
      .options =
          {
              {"Content",
               {
                   {"--root DIR",
                    "serve this directory, laid out like the PokéAPI's URLs, instead of invented data",
                    "serve this directory instead of invented data"},
                   {"--count N", "number of pokémon [1351]; those beyond 1351 are invented",
                    "number of pokémon [1351]"},
               }},
              {"Network",
               {
                   {"--port PORT", "listen on this port of 127.0.0.1 [0: a free one]",
                    "listen on 127.0.0.1:PORT [0: a free one]"},
                   {"--latency MS", "delay each response [0]", "delay each response [0]"},
               }},
              {"Faults",
               {
                   {"--fault KIND:SHARE,...",
                    "spoil a share of the responses, such as 0.1 or 10%; kinds: 403, 404, 429, 500, 503, "
                    "truncate, "
                    "stall, reset, garbage, html",
                    "spoil a share of the responses"},
                   {"--seed N", "select the responses to spoil [1]", "select the responses to spoil [1]"},
               }},
          },
      .examples = {{"spritefarm mirror --port 8080", "all pokémon, with invented images"},
                   {"spritefarm mirror --latency 30", "with a round trip of 30 ms"},
                   {"spritefarm mirror --fault 503:10%,reset:5%", "an unreliable server"}},
      .notes = {{"Output", {{"stdout", "the base URL in one line, for --base-url or $SPRITEFARM_BASE_URL"}}},
                {"Exit status",
                 {{"1", "the port or the directory cannot be used"},
                  {"2", "the command line is wrong"},
                  {"128+N", "ended by signal N, such as SIGINT"}}}},
  };
}

int usage_error(const cli::Messages& messages, const Error& error) {
  messages.error(fmt::format("mirror: {}; see spritefarm mirror --help", error.message));
  return cli::usage_error;
}

int serve(const MirrorOptions& options, const cli::Messages& messages) {
  try {
    system::TerminationSignals signals;
    const Mirror mirror(options);
    cli::write_to_stdout(mirror.base_url() + "\n");
    signals.wait();
    return cli::interrupted;
  } catch (const std::system_error& failure) {
    messages.error(fmt::format("mirror: {}; use --port 0 for a free port", failure.what()));
  } catch (const std::exception& failure) {
    messages.error(fmt::format("mirror: {}", failure.what()));
  }
  return 1;
}

}  // namespace

int mirror_command(int argc, char** argv) {
  const cli::Messages messages(cli::Verbosity::normal);
  MirrorOptions options;
  long latency = 0;
  std::string faults;
  cli::OptionParser parser;
  parser.value("--port", options.port, "PORT");
  parser.value("--root", options.root, "DIR");
  parser.value("--count", options.count, "N").in_range(1, 1'000'000);
  parser.value("--latency", latency, "MS").in_range(0, 3'600'000);
  parser.value("--fault", faults, "KIND:SHARE,...");
  parser.value("--seed", options.seed, "N");
  const Result<std::optional<cli::HelpText>> information =
      parser.read({argv + 1, argv + argc}, mirror_help());
  if (!information) return usage_error(messages, information.error());
  if (*information) {
    cli::print((*information)->text);
    return 0;
  }
  options.latency = std::chrono::milliseconds(latency);
  Result<std::vector<FaultShare>> shares = parse_faults(faults);
  if (!shares) return usage_error(messages, shares.error());
  options.faults = *std::move(shares);
  return serve(options, messages);
}

}  // namespace spritefarm::mirror
