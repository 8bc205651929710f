#include "farm/downloader.hpp"

#include "farm/plan.hpp"
#include "posix/process_memory.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace spritefarm::farm {
namespace {

constexpr std::size_t max_document = 4 << 20;  // the largest record has 660 KB
// Real bodies are below 1 MiB. Larger ones leave no memory behind, whatever their number.
constexpr std::size_t kept_memory = 16 << 20, largest_kept_block = 1 << 20;

}  // namespace

Downloader& Downloader::install(const WorkerSettings& settings) {
  posix::keep_freed_memory(kept_memory, largest_kept_block);
  EventLoop& loop = EventLoop::current();
  return loop.local<Downloader>([&] { return std::make_unique<Downloader>(loop, settings); });
}

Downloader& Downloader::current() {
  if (Downloader* const installed = EventLoop::current().local<Downloader>()) return *installed;
  throw std::logic_error(
      "this worker has no Downloader; its executor needs Downloader::install() as initializer");
}

Downloader::Downloader(EventLoop& loop, WorkerSettings settings)
    : m_settings(std::move(settings)), m_client(loop, m_settings.http) {
  if (m_settings.board) m_row = m_settings.board->take_row();
  if (!m_settings.dry_run && !m_settings.sends_files) m_output.emplace(m_settings.output);
}

void Downloader::connect_ahead(const std::vector<std::string>& urls) {
  for (const std::string& url : urls) {
    m_connecting.push_back(m_client.open(url));
    m_connecting.back().start([] {});
  }
}

Task<net::HttpFetch> Downloader::get(net::HttpRequest request, RequestCount& count) {
  Task<net::HttpFetch> fetching = m_client.fetch(std::move(request));
  net::HttpFetch fetch = co_await std::move(fetching);
  count.requests += static_cast<std::uint64_t>(fetch.requests);
  count.retries += static_cast<std::uint64_t>(std::max(fetch.attempts - 1, 0));
  count.connections += static_cast<std::uint64_t>(fetch.connections);
  co_return fetch;
}

Task<net::HttpFetch> Downloader::get_document(net::HttpRequest request, RequestCount& count) {
  request.max_bytes = max_document;
  net::HttpRequest again = request;
  again.url = toggle_trailing_slash(again.url);
  UrlFallback fallback{request.url, again.url};
  Task<net::HttpFetch> getting = get(std::move(request), count);
  net::HttpFetch fetch = co_await std::move(getting);
  if (fetch.outcome || fetch.status != 404) co_return fetch;

  Task<net::HttpFetch> getting_again = get(std::move(again), count);
  net::HttpFetch found = co_await std::move(getting_again);
  found.attempts += fetch.attempts;
  found.times.insert(found.times.begin(), fetch.times.begin(), fetch.times.end());
  if (found.outcome)
    count.url_fallbacks.push_back(std::move(fallback));
  else if (found.status == 404)
    found.outcome = std::move(fetch.outcome);  // names the original URL
  co_return found;
}

void Downloader::save(SpriteFile file, SpriteResult& sprite, FarmResult& result) const {
  if (m_output) return m_output->save(file, sprite, result);
  sprite.bytes = file.bytes.size();
  sprite.status = SpriteStatus::downloaded;
  sprite.file = std::move(file);
}

}  // namespace spritefarm::farm
