#pragma once

#include "farm/farm_task.hpp"
#include "farm/http_cache.hpp"
#include "farm/listing_request.hpp"
#include "farm/run_events.hpp"
#include "pokeapi/index_cursor.hpp"

#include <spritefarm/executor.hpp>

#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// The tasks of one page of the index.
struct IndexTasks {
  std::vector<FarmTask> tasks;
  std::uint64_t index_size = 0;  ///< pokémon in all of the index
};

/// Reads a range of the index, one page ahead: while the tasks of a page are farmed, the next page is on its
/// way. Owned by the TaskSource, used by the main thread.
class IndexReader {
 public:
  /// Requests the first page. Throws Interrupted, as next() does.
  IndexReader(Executor& executor, const std::string& base_url, pokeapi::IndexRange range, HttpCache& cache,
              RunEvents& events);
  IndexReader(const IndexReader&) = delete;
  IndexReader& operator=(const IndexReader&) = delete;

  /// Waits for the next page; none after the last. After an Error there are no more. Adds the requests that
  /// it took to `count`.
  Result<std::optional<IndexTasks>> next(RequestCount& count);
  /// Whether next() would have to wait for a server.
  [[nodiscard]] bool is_waiting() const noexcept { return m_request && m_request->is_waiting(); }

 private:
  void request_page();

  Executor& m_executor;
  HttpCache& m_cache;
  RunEvents& m_events;
  pokeapi::IndexCursor m_cursor;
  std::optional<ListingRequest> m_request;  // of the next page
};

}  // namespace spritefarm::farm
