#include "farm/farm_command.hpp"

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "cli/standard_output.hpp"
#include "farm/run.hpp"
#include "posix/process_memory.hpp"
#include "system/interruption_watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>
#include <variant>
#include <vector>

namespace spritefarm::farm {

int spritefarm_command(int argc, char** argv, const ProgramParts& parts) try {
  system::ignore_broken_pipes();
  posix::keep_freed_memory();  // worker processes do: a comparison with threads is to be one of nothing else
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty())
    if (const auto command = parts.commands.find(arguments.front()); command != parts.commands.end())
      return command->second(argc - 1, argv + 1);

  auto parsed = cli::parse_options(arguments, {std::getenv("SPRITEFARM_BASE_URL"), &std::cin});
  if (!parsed) {
    cli::Messages(cli::Verbosity::normal).error(parsed.error().message + "; see spritefarm --help");
    return cli::usage_error;
  }
  if (const auto* information = std::get_if<cli::HelpText>(&*parsed)) {
    cli::write_to_stdout(information->text);
    return cli::everything_on_disk;
  }
  return Run(std::get<cli::Options>(*std::move(parsed)), parts.start_mirror).run();
} catch (const cli::StandardOutputError& error) {
  if (error.is_closed()) return cli::output_closed;
  cli::Messages(cli::Verbosity::normal).error(error.what());
  return cli::some_failed;
} catch (const std::exception& error) {
  cli::Messages(cli::Verbosity::normal).error(error.what());
  return cli::some_failed;
}

}  // namespace spritefarm::farm
