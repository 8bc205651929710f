#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace spritefarm::cli {

/// One machine's share of a selection: every `of`-th item from the `which`-th on, counted from 1.
struct Shard {
  std::uint32_t which = 1;
  std::uint32_t of = 1;

  /// Parses "K/N".
  static Result<Shard> parse(std::string_view text);
};

}  // namespace spritefarm::cli
