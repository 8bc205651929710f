#include "cli/standard_output.hpp"

#include <cerrno>
#include <cstdio>

namespace spritefarm::cli {

StandardOutputError::StandardOutputError(int error)
    : std::system_error(error, std::generic_category(), "cannot write to standard output") {}

void write_to_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw StandardOutputError(errno);
}

void print(std::string_view text) {
  write_to_stdout(TextStyle::of(stdout, ColorChoice::never).text(text));
}

void print_line(const Line& line, ColorChoice color) {
  write_to_stdout(TextStyle::of(stdout, color).line(line) + "\n");
}

}  // namespace spritefarm::cli
