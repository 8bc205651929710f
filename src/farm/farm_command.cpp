#include "farm/farm_command.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "cli/secret_arguments.hpp"
#include "cli/standard_output.hpp"
#include "farm/run.hpp"
#include "posix/process_memory.hpp"
#include "system/process_setup.hpp"
#include "system/termination_signals.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>
#include <vector>

namespace spritefarm::farm {

namespace {

int run_command(int argc, char** argv, const ProgramParts& parts) try {
  posix::keep_freed_memory();  // worker processes do: a comparison with threads is to be one of nothing else
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty())
    if (const auto command = parts.commands.find(arguments.front()); command != parts.commands.end())
      return command->second(argc - 1, argv + 1);

  cli::hide_secrets(argc, argv);
  auto parsed = cli::parse_options(arguments, cli::OptionSources::of_process());
  if (!parsed) {
    cli::Messages(cli::Verbosity::normal).error(parsed.error().message + "; see spritefarm --help");
    return cli::usage_error;
  }
  if (const auto* information = std::get_if<cli::HelpText>(&*parsed)) {
    cli::print(information->text);
    return cli::everything_on_disk;
  }
  auto& options = std::get<cli::Options>(*parsed);
  if (options.mode == cli::Mode::cluster && !parts.connect_cluster) {
    cli::Messages(cli::Verbosity::normal).error(no_cluster_support);
    return cli::usage_error;
  }
  return Run(std::move(options), parts.start_mirror, parts.connect_cluster).run();
} catch (const cli::StandardOutputError& error) {
  if (error.is_closed()) return cli::output_closed;
  cli::Messages(cli::Verbosity::normal).error(error.what());
  return cli::some_failed;
} catch (const std::exception& error) {
  cli::Messages(cli::Verbosity::normal).error(error.what());
  return cli::some_failed;
}

}  // namespace

int spritefarm_command(int argc, char** argv, const ProgramParts& parts) {
  system::set_up_process();
  const int status = run_command(argc, argv, parts);
  const int signal_status = system::die_of_signal();
  return signal_status != 0 ? signal_status : status;
}

}  // namespace spritefarm::farm
