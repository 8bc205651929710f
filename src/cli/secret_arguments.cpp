#include "cli/secret_arguments.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace spritefarm::cli {
namespace {

/// The offset of an option's value in its argument; 0 if this argument is not that option.
std::size_t value_offset(std::string_view argument, std::string_view option) {
  const bool has_value =
      argument.size() > option.size() && argument.starts_with(option) && argument[option.size()] == '=';
  return has_value ? option.size() + 1 : 0;
}

void hide_credentials(char* url) {
  char* const scheme = std::strstr(url, "://");
  char* const begin = scheme == nullptr ? url : scheme + 3;
  if (char* const at = std::strrchr(begin, '@')) std::fill(begin, at, '*');
}

void hide_header(char* header) {
  char* const value = header + std::strcspn(header, ":;");
  if (*value != '\0') std::fill(value + 1, value + std::strlen(value), '*');
}

}  // namespace

void hide_secrets(int argc, char** argv) noexcept {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i], before = argv[i - 1];
    const std::size_t header = before == "--header" ? 0 : value_offset(argument, "--header");
    if (before == "--header" || header > 0)
      hide_header(argv[i] + header);
    else if (const std::size_t proxy = value_offset(argument, "--proxy"); before == "--proxy" || proxy > 0)
      hide_credentials(argv[i] + proxy);
    else if (std::strstr(argv[i], "://") != nullptr)
      hide_credentials(argv[i]);
  }
}

}  // namespace spritefarm::cli
