#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace spritefarm::cli {

/// One node's share of a selection: every `of`-th, from the `which`-th, both counted from 1.
struct Shard {
  std::uint32_t which = 1;
  std::uint32_t of = 1;

  /// Reads "K/N".
  static Result<Shard> parse(std::string_view text);
};

}  // namespace spritefarm::cli
