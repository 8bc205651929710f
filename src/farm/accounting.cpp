#include "farm/accounting.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace spritefarm::farm {

Accounting::Accounting(Report& report, const cli::Messages& messages, HttpCache& cache,
                       std::vector<RunListener*> listeners)
    : m_report(report), m_messages(messages), m_cache(cache), m_listeners(std::move(listeners)) {}

void Accounting::expect(std::uint64_t tasks) {
  for (RunListener* const listener : m_listeners) listener->on_expected(tasks);
}

void Accounting::add_submitted(std::uint64_t number, const FarmTask& task) {
  for (RunListener* const listener : m_listeners) listener->on_submit(number, task);
}

void Accounting::add_requests(const RequestCount& count) {
  tell(count);
  m_report.add(count);
}

void Accounting::add_result(std::uint64_t number, const FarmTask& task, FarmResult result) {
  const std::string name = display_name(result.name, result.id);
  tell(result.count);
  for (SpriteResult& sprite : result.sprites) {
    fail_shared_path(sprite);
    tell(name, sprite);
  }
  if (m_output_error.empty()) m_output_error = result.output_error;
  m_ids.insert(result.id);
  m_report.add(result);
  m_cache.store(task, result);
  for (RunListener* const listener : m_listeners) listener->on_result(number, result);
}

void Accounting::fail_shared_path(SpriteResult& sprite) {
  if (sprite.status == SpriteStatus::missing || sprite.status == SpriteStatus::failed) return;
  if (m_path_hashes.insert(std::hash<std::string>()(sprite.path)).second) return;
  sprite.status = SpriteStatus::failed;
  sprite.reason = fmt::format(
      "another sprite has the path {} too, and one has overwritten the other: "
      "tell them apart with --template",
      sprite.path);
}

void Accounting::tell(const RequestCount& count) const {
  for (const UrlFallback& fallback : count.url_fallbacks)
    m_messages.note(fmt::format("GET {}: status 404, but {} answers: a cache keeps an old failure",
                                fallback.url, fallback.instead));
}

void Accounting::tell(const std::string& name, const SpriteResult& sprite) const {
  switch (sprite.status) {
    case SpriteStatus::downloaded:
      m_messages.detail(fmt::format("{} {}: {}, {} bytes", name, sprite.key, sprite.path, sprite.bytes));
      break;
    case SpriteStatus::unchanged:
      m_messages.detail(fmt::format("{} {}: {}, unchanged", name, sprite.key, sprite.path));
      break;
    case SpriteStatus::planned:
      break;
    case SpriteStatus::missing:
      m_messages.note(fmt::format("{} {}: missing, its record has none", name, sprite.key));
      break;
    case SpriteStatus::failed:
      m_messages.error(fmt::format("{} {}: {}", name, sprite.key, sprite.reason));
      break;
  }
}

}  // namespace spritefarm::farm
