#include "cli/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace spritefarm::cli {

void write_to_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
}

}  // namespace spritefarm::cli
