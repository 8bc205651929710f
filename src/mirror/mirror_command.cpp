#include "mirror/mirror_command.hpp"

#include "mirror/mirror.hpp"
#include "system/termination_signals.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <system_error>

namespace spritefarm::mirror {

namespace {

int usage_error(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  fmt::print(stderr, "spritefarm mirror: {}; see spritefarm mirror --help\n", message);
  return 2;
}

int serve(const MirrorOptions& options) {
  try {
    system::TerminationSignals signals;
    const Mirror mirror(options);
    fmt::print("{}\n", mirror.base_url());
    std::fflush(stdout);
    signals.wait();
    return 0;
  } catch (const std::system_error& failure) {
    fmt::print(stderr, "spritefarm mirror: {}; use --port 0 for a free port\n", failure.what());
    return 1;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "spritefarm mirror: {}\n", failure.what());
    return 1;
  }
}

}  // namespace

int mirror_command(int argc, char** argv) {
  MirrorOptions options;
  long latency = 0;
  std::string faults;
  CLI::App app(
      "A small PokéAPI on loopback, with its images: prints its base URL and serves until it is interrupted.",
      "spritefarm mirror");
  app.add_option("--port", options.port, "listen on 127.0.0.1:PORT; 0: a free one [0]")->type_name("PORT");
  app.add_option("--root", options.root,
                 "serve this folder, laid out like the PokéAPI's URLs, not invented data")
      ->type_name("DIR");
  app.add_option("--count", options.count, "how many pokémon; above 1351 they are made up [1351]")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  app.add_option("--latency", latency, "wait before each response [0]")
      ->check(CLI::Range(0, 3'600'000))
      ->type_name("MS");
  app.add_option(
         "--fault", faults,
         "spoil a share (0.1 or 10%) of the requests; kinds: 404, 429, 500, 503, truncate, stall, reset, "
         "garbage, html")
      ->type_name("KIND:SHARE,...");
  app.add_option("--seed", options.seed, "which requests are spoiled [1]")->type_name("N");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  options.latency = std::chrono::milliseconds(latency);
  auto shares = parse_faults(faults);
  if (!shares) return usage_error(shares.error().message);
  options.faults = std::move(*shares);
  return serve(options);
}

}  // namespace spritefarm::mirror
