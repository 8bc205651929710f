#pragma once

#include "farm/farm_task.hpp"
#include "farm/fetched_listing.hpp"
#include "farm/http_cache.hpp"
#include "farm/run_events.hpp"

#include <spritefarm/executor.hpp>

#include <optional>
#include <string>

namespace spritefarm::farm {

/// The request for a document that lists pokémon, or its hit in the cache. It goes through an executor of
/// this process whose worker has a Downloader. Owned by a reader of the TaskSource, used by the main thread.
/// Its destructor terminates the request.
class ListingRequest {
 public:
  /// Looks into the cache, and makes the request if that is a miss. Throws Interrupted, as wait() does.
  ListingRequest(std::string url, pokeapi::Listing kind, Executor& executor, HttpCache& cache,
                 RunEvents& events);
  ListingRequest(const ListingRequest&) = delete;
  ListingRequest& operator=(const ListingRequest&) = delete;
  ~ListingRequest();

  /// Whether wait() would have to wait for a server.
  [[nodiscard]] bool is_waiting() const noexcept { return m_coming.has_value(); }
  /// Waits for the document, once. Adds the requests that it took to `count`.
  Result<pokeapi::IndexPage> wait(RequestCount& count);
  /// Stores what wait() has brought for later runs.
  void store();

 private:
  const std::string m_url;
  HttpCache& m_cache;
  RunEvents& m_events;
  std::optional<pokeapi::IndexPage> m_hit;
  std::optional<Future<FetchedListing>> m_coming;
  std::optional<StoredDocument> m_answer;
};

}  // namespace spritefarm::farm
