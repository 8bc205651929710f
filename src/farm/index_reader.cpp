#include "farm/index_reader.hpp"

#include "farm/downloader.hpp"
#include "farm/plan.hpp"
#include "sprite/document_tag.hpp"

#include <utility>

namespace spritefarm::farm {

IndexReader::IndexReader(Executor& executor, const std::string& base_url, IndexRange range)
    : m_executor(executor), m_cursor(base_url, range) {
  request_page();
}

IndexReader::~IndexReader() {
  if (m_coming) m_coming->terminate();
}

void IndexReader::request_page() {
  m_coming.reset();
  if (m_cursor.url()) m_coming = m_executor.submit(read, *m_cursor.url());
}

Task<IndexReader::Page> IndexReader::read(std::string url) {
  Page page{Error{}, {}};
  net::HttpRequest request;
  request.url = url;
  request.compressed = true;
  request.check = [&page, &url](const net::HttpResponse& response) -> std::optional<Error> {
    if (std::optional<Error> wrong = sprite::contradiction(response.body, response.etag)) return wrong;
    page.content = sprite::parse_index_page(response.body, url);
    if (page.content) return std::nullopt;
    return page.content.error();
  };
  Task<net::HttpFetch> getting = Downloader::current().get(std::move(request), page.count);
  const net::HttpFetch fetch = co_await std::move(getting);
  if (!fetch.outcome) page.content = fetch.outcome.error();
  co_return page;
}

std::optional<IndexAnswer> IndexReader::next() {
  if (!m_coming) return std::nullopt;
  Page page = std::move(*m_coming).result();
  m_coming.reset();
  IndexAnswer answer;
  answer.count = page.count;
  if (!page.content) {
    answer.error = page.content.error().message;
    return answer;
  }
  answer.index_size = page.content->count;
  Result<std::vector<sprite::IndexEntry>> entries = m_cursor.take(*std::move(page.content));
  if (!entries) {
    answer.error = entries.error().message;
    return answer;
  }
  answer.tasks = index_tasks(*std::move(entries));
  request_page();
  return answer;
}

}  // namespace spritefarm::farm
