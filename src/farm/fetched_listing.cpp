#include "farm/fetched_listing.hpp"

#include "farm/downloader.hpp"
#include "pokeapi/etag.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace spritefarm::farm {

Task<FetchedListing> fetch_listing(std::string url, pokeapi::Listing kind,
                                   std::optional<CachedDocument> known) {
  return get_listing(Downloader::current(), std::move(url), kind, std::move(known));
}

Task<FetchedListing> get_listing(Downloader& downloader, std::string url, pokeapi::Listing kind,
                                 std::optional<CachedDocument> known) {
  FetchedListing listing;
  net::HttpRequest request;
  request.url = url;
  request.compressed = true;
  request.capture_header = dataset_header;
  if (known) request.known = known->validators;
  request.check = [&listing, &url, kind](const net::HttpResponse& response) -> Result<void> {
    if (Result<void> verified = pokeapi::verify_etag(response.body, response.validators.etag); !verified)
      return verified;
    listing.page = pokeapi::parse_listing(kind, response.body, url);
    if (!listing.page) return listing.page.error();
    return {};
  };
  Task<net::HttpFetch> getting = downloader.get_document(std::move(request), listing.count);
  net::HttpFetch fetch = co_await std::move(getting);
  listing.status = fetch.status;
  if (!fetch.outcome) {
    listing.page = fetch.outcome.error();
    co_return listing;
  }
  net::HttpResponse& response = *fetch.outcome;
  if (response.status == 304) listing.page = pokeapi::parse_index_page(known->content, url);
  if (listing.page && std::none_of(listing.page->entries.begin(), listing.page->entries.end(),
                                   std::mem_fn(&pokeapi::IndexEntry::is_faulty)))
    listing.answer = StoredDocument{{std::move(response.validators), response.freshness_lifetime},
                                    std::move(response.captured),
                                    pokeapi::encode_index_page(*listing.page)};
  co_return listing;
}

}  // namespace spritefarm::farm
