#include "cli/shard.hpp"

#include "text/whole_number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spritefarm::cli {

Result<Shard> Shard::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != text.npos) {
    const Shard shard{text::parse_whole_number(text.substr(0, slash)).value_or(0),
                      text::parse_whole_number(text.substr(slash + 1)).value_or(0)};
    if (shard.which >= 1 && shard.which <= shard.of) return shard;
  }
  return Error{fmt::format("'{}' is not a share; use K/N with K from 1 to N, such as 2/3", text)};
}

}  // namespace spritefarm::cli
