#pragma once

#include "farm/farm_task.hpp"
#include "farm/http_cache.hpp"
#include "pokeapi/index_cursor.hpp"

#include <spritefarm/executor.hpp>

#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// What a page of the index brought, or the error why there is none to be had.
struct IndexAnswer {
  std::vector<FarmTask> tasks;
  std::uint64_t index_size = 0;  ///< pokémon in all of the index
  std::string error;
  RequestCount count;
};

/// Reads a range of the index, a page ahead of who takes them: while the tasks of one are farmed, the next is
/// on its way. What the cache has of it is not asked for again. Asks through an executor of this process, whose worker
/// has a Downloader; owned by the coordinator. Destroyed early, it gives up the page that is on its way.
class IndexReader {
 public:
  /// Asks for the first page.
  IndexReader(Executor& executor, const std::string& base_url, pokeapi::IndexRange range, HttpCache& cache);
  IndexReader(const IndexReader&) = delete;
  IndexReader& operator=(const IndexReader&) = delete;
  ~IndexReader();

  /// Waits for the next page; none after the last, and after an error.
  std::optional<IndexAnswer> next();
  /// Whether next() would have to wait for a server.
  [[nodiscard]] bool is_waiting() const noexcept { return m_coming.has_value(); }

 private:
  struct Page {
    Result<pokeapi::IndexPage> content;
    std::optional<StoredDocument> answer;
    RequestCount count;
  };
  static Page result_of(Future<Page> coming);
  static Task<Page> read(std::string url, std::optional<CachedDocument> known);
  void request_page();

  Executor& m_executor;
  HttpCache& m_cache;
  pokeapi::IndexCursor m_cursor;
  std::optional<pokeapi::IndexPage> m_hit;
  std::optional<Future<Page>> m_coming;
};

}  // namespace spritefarm::farm
