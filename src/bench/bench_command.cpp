#include "bench/bench_command.hpp"

#include "bench/calls_command.hpp"
#include "farm/exit_status.hpp"
#include "farm/messages.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

int bench_command(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "calls")
    return calls_command({arguments.begin() + 1, arguments.end()});
  farm::Messages(farm::Verbosity::normal)
      .error("bench: what is to be measured? calls; see spritefarm bench calls --help");
  return farm::usage_error;
}

}  // namespace spritefarm::bench
