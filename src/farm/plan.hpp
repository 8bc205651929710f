#pragma once

#include "base/result.hpp"
#include "cli/shard.hpp"
#include "farm/farm_task.hpp"
#include "pokeapi/index_page.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace spritefarm::farm {

/// The tasks for what the index lists.
std::vector<FarmTask> index_tasks(std::vector<pokeapi::IndexEntry> entries);

/// Picks a share of a selection that comes piece by piece, each pokémon once.
class ShareFilter {
 public:
  explicit ShareFilter(cli::Shard shard) : m_shard(shard) {}

  /// The share's tasks of the next piece. Those with a name come before those with only an id: when the named
  /// ones are done, their ids are known too, and a pokémon that was given both ways is farmed once.
  std::vector<FarmTask> pick(std::vector<FarmTask> piece);

  /// How many tasks it picks, at most, of so many; of an unknown number, unboundedly many.
  [[nodiscard]] std::size_t max_of(std::optional<std::size_t> tasks) const noexcept;

 private:
  cli::Shard m_shard;
  std::unordered_set<std::string> m_urls;
};

/// The same address with or without the slash at the end of its path, whichever it has not. The PokéAPI's
/// CDN keeps a failure for days, but for one spelling.
std::string toggle_trailing_slash(std::string url);

}  // namespace spritefarm::farm
