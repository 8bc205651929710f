#include "farm/index_reader.hpp"

#include "farm/plan.hpp"

#include <utility>

namespace spritefarm::farm {

IndexReader::IndexReader(Executor& executor, const std::string& base_url, pokeapi::IndexRange range,
                         HttpCache& cache, RunEvents& events)
    : m_executor(executor), m_cache(cache), m_events(events), m_cursor(base_url, range) {
  request_page();
}

void IndexReader::request_page() {
  m_request.reset();
  if (const std::optional<std::string>& url = m_cursor.url())
    m_request.emplace(*url, pokeapi::Listing::index, m_executor, m_cache, m_events);
}

Result<std::optional<IndexTasks>> IndexReader::next(RequestCount& count) {
  if (!m_request) return std::optional<IndexTasks>();
  Result<pokeapi::IndexPage> page = m_request->wait(count);
  if (!page) {
    m_request.reset();
    return page.error();
  }
  IndexTasks next;
  next.index_size = page->count;
  Result<std::vector<pokeapi::IndexEntry>> entries = m_cursor.take(*std::move(page));
  if (!entries) {
    m_request.reset();
    return entries.error();
  }
  m_request->store();
  next.tasks = index_tasks(*std::move(entries));
  request_page();
  return std::optional(std::move(next));
}

}  // namespace spritefarm::farm
