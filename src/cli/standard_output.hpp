#pragma once

#include "cli/text_style.hpp"

#include <string_view>
#include <system_error>

namespace spritefarm::cli {

/// Standard output cannot be written: its disk is full, or its reader is gone.
class StandardOutputError : public std::system_error {
 public:
  explicit StandardOutputError(int error);
  /// Whether the reader of a pipe is gone, as after `| head`. That is no error to a shell user.
  [[nodiscard]] bool is_closed() const noexcept { return code() == std::errc::broken_pipe; }
};

/// Writes all of it at once. Throws StandardOutputError: an incomplete report must not pass for a complete
/// one.
void write_to_stdout(std::string_view text);
/// The same for text for people, in the style of standard output.
void print(std::string_view text);
void print_line(const Line& line, ColorChoice color);

}  // namespace spritefarm::cli
