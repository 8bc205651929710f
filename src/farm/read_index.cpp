#include "farm/read_index.hpp"

#include "farm/downloader.hpp"
#include "farm/plan.hpp"

#include <optional>
#include <utility>

namespace spritefarm::farm {

Task<IndexAnswer> read_index(std::string base_url, IndexRange range) {
  Downloader& downloader = Downloader::current();
  IndexAnswer answer;
  IndexCursor cursor(base_url, range);
  while (cursor.url()) {
    std::optional<sprite::IndexPage> page;
    net::HttpRequest request;
    request.url = *cursor.url();
    request.compressed = true;
    request.check = [&page, url = request.url](const net::HttpResponse& response) -> std::optional<Error> {
      Result<sprite::IndexPage> parsed = sprite::parse_index_page(response.body, url);
      if (!parsed) return parsed.error();
      page = *std::move(parsed);
      return std::nullopt;
    };
    Task<net::HttpFetch> getting = downloader.get(std::move(request), answer.count);
    const net::HttpFetch fetch = co_await std::move(getting);

    std::optional<Error> error;
    if (fetch.outcome)
      error = cursor.take(*std::move(page));
    else
      error = fetch.outcome.error();
    if (error) {
      answer.error = error->message;
      co_return answer;
    }
  }
  answer.tasks = index_tasks(std::move(cursor.entries()));
  co_return answer;
}

}  // namespace spritefarm::farm
