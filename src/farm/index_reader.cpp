#include "farm/index_reader.hpp"

#include "farm/downloader.hpp"
#include "farm/plan.hpp"
#include "pokeapi/etag.hpp"

#include <exception>
#include <utility>

namespace spritefarm::farm {

IndexReader::IndexReader(Executor& executor, const std::string& base_url, pokeapi::IndexRange range,
                         HttpCache& cache)
    : m_executor(executor), m_cache(cache), m_cursor(base_url, range) {
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

IndexReader::Page IndexReader::result_of(Future<Page> coming) {
  try {
    return std::move(coming).result();
  } catch (const std::exception& error) {  // it has no worker
    return {Error{error.what()}, {}, {}};
  }
}

std::optional<IndexAnswer> IndexReader::next() {
  if (!m_coming && !m_hit) return std::nullopt;
  const std::string url = *m_cursor.url();
  Page page{Error{}, {}, {}};
  if (m_hit)
    page.content = *std::exchange(m_hit, std::nullopt);
  else
    page = result_of(*std::move(m_coming));
  m_coming.reset();
  IndexAnswer answer;
  answer.count = page.count;
  if (!page.content) {
    answer.error = page.content.error().message;
    return answer;
  }
  answer.index_size = page.content->count;
  Result<std::vector<pokeapi::IndexEntry>> entries = m_cursor.take(*std::move(page.content));
  if (!entries) {
    answer.error = entries.error().message;
    return answer;
  }
  if (page.answer) m_cache.store(url, *page.answer);
  answer.tasks = index_tasks(*std::move(entries));
  request_page();
  return answer;
}

}  // namespace spritefarm::farm
