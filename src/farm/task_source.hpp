#pragma once

#include "base/result.hpp"
#include "cli/shard.hpp"
#include "farm/group_reader.hpp"
#include "farm/http_cache.hpp"
#include "farm/index_reader.hpp"
#include "farm/plan.hpp"
#include "farm/run_events.hpp"
#include "pokeapi/index_cursor.hpp"

#include <spritefarm/executor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// Turns the user's selection into tasks, piece by piece: the names that were given are one piece, the
/// members of types and generations are one, each page of the index is another. Keeps the node's share of
/// them, each pokémon once. Owned by the coordinator, used by the main thread.
class TaskSource {
 public:
  struct Selection {
    std::vector<std::string> pokemon;  ///< names and ids; empty: the groups
    GroupReader::Groups groups;        ///< empty: the index
    pokeapi::IndexRange index;
    cli::Shard shard;
    std::string base_url;
  };
  struct Piece {
    std::vector<FarmTask> tasks;  ///< those with a name before those with only an id
    std::uint64_t max_tasks = 0;  ///< of the whole run
  };

  /// Requests the groups, or the first page of the index, if that is selected. Throws Interrupted, as next()
  /// does.
  TaskSource(Selection selection, Executor& executor, HttpCache& cache, RunEvents& events);

  /// Waits for the next piece; none after the last. An Error is the index or a group that cannot be
  /// read; there is no further piece then. Adds the requests that it took to `count`.
  Result<std::optional<Piece>> next(RequestCount& count);
  /// Whether next() would have to wait for a server.
  [[nodiscard]] bool is_waiting() const noexcept;
  /// How many tasks the run has at most, as far as that is known without a server.
  [[nodiscard]] std::size_t max_tasks() const noexcept;

 private:
  Result<std::optional<Piece>> next_names();
  Result<std::optional<Piece>> next_group(RequestCount& count);
  Result<std::optional<Piece>> next_page(RequestCount& count);
  pokeapi::IndexEntry resolve_species(pokeapi::IndexEntry entry);

  Selection m_selection;
  HttpCache& m_cache;
  ShareFilter m_share;
  std::optional<IndexReader> m_index;
  std::optional<GroupReader> m_groups;  // until it is read
  bool m_names_left = false;
};

}  // namespace spritefarm::farm
