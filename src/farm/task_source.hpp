#pragma once

#include "base/result.hpp"
#include "cli/shard.hpp"
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

/// Turns the user's selection into tasks, piece by piece: the names that were given are one piece, each page
/// of the index is another. Keeps the node's share of them, each pokémon once. Owned by the coordinator, used
/// by the main thread.
class TaskSource {
 public:
  struct Selection {
    std::vector<std::string> pokemon;  ///< names and ids; empty: the index
    pokeapi::IndexRange index;
    cli::Shard shard;
    std::string base_url;
  };
  struct Piece {
    std::vector<FarmTask> tasks;  ///< those with a name before those with only an id
    std::uint64_t max_tasks = 0;  ///< of the whole run
  };

  /// Requests the first page of the index, if that is selected. Throws Interrupted, as next() does.
  TaskSource(Selection selection, Executor& executor, HttpCache& cache, RunEvents& events);

  /// Waits for the next piece; none after the last. An Error is the index that cannot be read; there is no
  /// further piece then. Sets `count` to the requests it took.
  Result<std::optional<Piece>> next(RequestCount& count);
  /// Whether next() would have to wait for a server.
  [[nodiscard]] bool is_waiting() const noexcept { return m_index && m_index->is_waiting(); }
  /// How many tasks the run has at most, as far as that is known without a server.
  [[nodiscard]] std::size_t max_tasks() const noexcept;

 private:
  Result<std::optional<Piece>> next_names();

  Selection m_selection;
  ShareFilter m_share;
  std::optional<IndexReader> m_index;
  bool m_names_left;
};

}  // namespace spritefarm::farm
