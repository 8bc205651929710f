#include "farm/messages.hpp"

#include <algorithm>
#include <cstdio>

namespace spritefarm::farm {
namespace {

void write_line(std::string_view text) {
  const std::string line = "spritefarm: " + printable(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);  // there is nobody left to tell if that fails
}

}  // namespace

void Messages::error(std::string_view text) const {
  write_line(text);
}

void Messages::note(std::string_view text) const {
  if (m_verbosity != Verbosity::quiet) write_line(text);
}

void Messages::detail(std::string_view text) const {
  if (m_verbosity == Verbosity::verbose) write_line(text);
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return result;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? printable(text) : printable(text.substr(0, longest)) + "…";
}

}  // namespace spritefarm::farm
