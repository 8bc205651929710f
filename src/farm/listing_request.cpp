#include "farm/listing_request.hpp"

#include "net/out_of_memory.hpp"

#include <exception>
#include <new>
#include <utility>

namespace spritefarm::farm {

ListingRequest::ListingRequest(std::string url, pokeapi::Listing kind, Executor& executor, HttpCache& cache,
                               RunEvents& events)
    : m_url(std::move(url)), m_cache(cache), m_events(events) {
  std::optional<CachedDocument> known = m_cache.page(m_url);
  if (known) {
    Result<pokeapi::IndexPage> page = pokeapi::parse_index_page(known->content, m_url);
    if (!page)
      known.reset();
    else if (!known->needs_revalidation)
      m_hit = *std::move(page);
  }
  if (!m_hit) m_coming = executor.submit(fetch_listing, m_url, kind, std::move(known));
}

ListingRequest::~ListingRequest() {
  if (m_coming) m_coming->terminate();
}

Result<pokeapi::IndexPage> ListingRequest::wait(RequestCount& count) {
  if (m_hit) return *std::exchange(m_hit, std::nullopt);
  try {
    FetchedListing listing = m_events.result_of(*std::exchange(m_coming, std::nullopt));
    count.add(listing.count);
    m_answer = std::move(listing.answer);
    return std::move(listing.page);
  } catch (const std::bad_alloc&) {
    return Error{net::out_of_memory};
  } catch (const std::exception& error) {  // the executor has no worker
    return Error{error.what()};
  }
}

void ListingRequest::store() {
  if (m_answer) m_cache.store(m_url, *std::exchange(m_answer, std::nullopt));
}

}  // namespace spritefarm::farm
