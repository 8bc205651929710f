#include "farm/index_reader.hpp"

#include "farm/downloader.hpp"
#include "farm/plan.hpp"
#include "pokeapi/etag.hpp"

#include <exception>
#include <utility>

namespace spritefarm::farm {

IndexReader::IndexReader(Executor& executor, const std::string& base_url, pokeapi::IndexRange range,
                         HttpCache& cache, RunEvents& events)
    : m_executor(executor), m_cache(cache), m_events(events), m_cursor(base_url, range) {
  request_page();
}

IndexReader::~IndexReader() {
  if (m_coming) m_coming->terminate();
}

void IndexReader::request_page() {
  m_coming.reset();
  if (!m_cursor.url()) return;
  const std::string& url = *m_cursor.url();
  std::optional<CachedDocument> known = m_cache.page(url);
  if (known) {
    Result<pokeapi::IndexPage> page = pokeapi::parse_index_page(known->content, url);
    if (!page)
      known.reset();
    else if (!known->needs_revalidation)
      m_hit = *std::move(page);
  }
  if (!m_hit) m_coming = m_executor.submit(read, url, std::move(known));
}

Task<IndexReader::Page> IndexReader::read(std::string url, std::optional<CachedDocument> known) {
  Page page{Error{}, {}, {}};
  net::HttpRequest request;
  request.url = url;
  request.compressed = true;
  request.capture_header = dataset_header;
  if (known) request.known = known->validators;
  request.check = [&page, &url](const net::HttpResponse& response) -> Result<void> {
    if (Result<void> verified = pokeapi::verify_etag(response.body, response.validators.etag); !verified)
      return verified;
    page.content = pokeapi::parse_index_page(response.body, url);
    if (!page.content) return page.content.error();
    return {};
  };
  Task<net::HttpFetch> getting = Downloader::current().get_document(std::move(request), page.count);
  net::HttpFetch fetch = co_await std::move(getting);
  if (!fetch.outcome) {
    page.content = fetch.outcome.error();
    co_return page;
  }
  net::HttpResponse& response = *fetch.outcome;
  if (response.status == 304) {
    page.content = pokeapi::parse_index_page(known->content, url);
    response.body = std::move(known->content);
  }
  page.answer = StoredDocument{{std::move(response.validators), response.freshness_lifetime},
                               std::move(response.captured),
                               std::move(response.body)};
  co_return page;
}

IndexReader::Page IndexReader::wait_for_page() {
  if (m_hit) return {*std::exchange(m_hit, std::nullopt), {}, {}};
  try {
    return m_events.result_of(*std::exchange(m_coming, std::nullopt));
  } catch (const std::exception& error) {  // the executor has no worker
    return {Error{error.what()}, {}, {}};
  }
}

Result<std::optional<IndexTasks>> IndexReader::next(RequestCount& count) {
  if (!m_coming && !m_hit) return std::optional<IndexTasks>();
  const std::string url = *m_cursor.url();
  Page page = wait_for_page();
  count = std::move(page.count);
  if (!page.content) return page.content.error();
  IndexTasks next;
  next.index_size = page.content->count;
  Result<std::vector<pokeapi::IndexEntry>> entries = m_cursor.take(*std::move(page.content));
  if (!entries) return entries.error();
  if (page.answer) m_cache.store(url, *page.answer);
  next.tasks = index_tasks(*std::move(entries));
  request_page();
  return std::optional(std::move(next));
}

}  // namespace spritefarm::farm
