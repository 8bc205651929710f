#pragma once

#include "farm/farm_task.hpp"
#include "pokeapi/listing.hpp"

#include <spritefarm/task.hpp>

#include <optional>
#include <string>

namespace spritefarm::farm {

class Downloader;

/// The result of fetch_listing().
struct FetchedListing {
  Result<pokeapi::IndexPage> page = Error{};
  std::optional<StoredDocument> answer{};  ///< the page, for later runs; none if an entry is faulty
  long status = 0;                         ///< of the last response
  RequestCount count{};
};

/// Fetches a document that lists pokémon, or revalidates the known one. A call to a worker; it uses the
/// worker's Downloader.
Task<FetchedListing> fetch_listing(std::string url, pokeapi::Listing kind,
                                   std::optional<CachedDocument> known);
/// The same by this Downloader, which outlives it.
Task<FetchedListing> get_listing(Downloader& downloader, std::string url, pokeapi::Listing kind,
                                 std::optional<CachedDocument> known);

}  // namespace spritefarm::farm
