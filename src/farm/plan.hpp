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

/// The tasks for entries of the index.
std::vector<FarmTask> index_tasks(std::vector<pokeapi::IndexEntry> entries);

/// Picks one share of a selection that arrives in pieces. Picks each pokémon once. Used by one thread.
class ShareFilter {
 public:
  explicit ShareFilter(cli::Shard shard) : m_shard(shard) {}

  /// The tasks of the next piece that belong to the share. Tasks with a name come before tasks with only an
  /// id: when the former are done, their ids are known, so a pokémon given by name and by id is downloaded
  /// once.
  std::vector<FarmTask> pick(std::vector<FarmTask> piece);

  /// The greatest number of tasks that it picks of `tasks`; no limit if `tasks` is unknown.
  [[nodiscard]] std::size_t max_of(std::optional<std::size_t> tasks) const noexcept;

 private:
  cli::Shard m_shard;
  std::unordered_set<std::string> m_urls;
};

/// Adds a slash to the end of the URL's path, or removes it if there is one. The PokéAPI's CDN caches a
/// failure for days, but only for one of the two URLs.
std::string toggle_trailing_slash(std::string url);

}  // namespace spritefarm::farm
