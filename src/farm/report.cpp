#include "farm/report.hpp"

#include "text/json_writer.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

namespace spritefarm::farm {

void Report::add(const FarmResult& result) {
  const std::string name = display_name(result.name, result.id);
  add(result.count);
  for (const SpriteResult& sprite : result.sprites) {
    ++m_selected;
    m_bytes += sprite.bytes;
    switch (sprite.status) {
      case SpriteStatus::downloaded:
        ++m_downloaded;
        break;
      case SpriteStatus::unchanged:
        ++m_unchanged;
        break;
      case SpriteStatus::planned:
        m_planned.push_back({name, sprite});
        break;
      case SpriteStatus::missing:
        m_missing.push_back({name, sprite});
        break;
      case SpriteStatus::failed:
        m_failures.push_back({name, sprite});
        break;
    }
  }
}

void Report::add(const RequestCount& count) {
  m_count.requests += count.requests;
  m_count.retries += count.retries;
  m_count.connections += count.connections;
  m_count.url_fallbacks.insert(m_count.url_fallbacks.end(), count.url_fallbacks.begin(),
                               count.url_fallbacks.end());
}

std::string Report::json(double seconds) const {
  text::JsonWriter json;
  json.begin_object();
  json.key("mode").value(m_run.mode).key("workers").value(m_run.workers);
  json.key("concurrency").value(m_run.concurrency).key("transport").value(m_run.transport);
  json.key("selected")
      .value(m_selected)
      .key("downloaded")
      .value(m_downloaded)
      .key("unchanged")
      .value(m_unchanged);
  json.key("missing").value(m_missing.size()).key("failed").value(m_failures.size());
  if (m_run.dry_run) json.key("planned").value(m_planned.size());
  if (m_interrupted) json.key("interrupted").value(true);
  json.key("requests").value(m_count.requests).key("retries").value(m_count.retries);
  json.key("connections").value(m_count.connections);
  json.key("worker_deaths").value(m_worker_deaths).key("bytes").value(m_bytes).key("seconds").value(seconds);

  json.key("failures").begin_list();
  for (const auto& [name, sprite] : m_failures)
    json.begin_object()
        .key("name")
        .value(name)
        .key("sprite")
        .value(sprite.key)
        .key("url")
        .value(sprite.url)
        .key("reason")
        .value(sprite.reason)
        .key("attempts")
        .value(sprite.attempts)
        .end_object();
  json.end_list();

  json.key("missing_sprites").begin_list();
  for (const auto& [name, sprite] : m_missing)
    json.begin_object().key("name").value(name).key("sprite").value(sprite.key).end_object();
  json.end_list();

  json.key("detours").begin_list();
  for (const UrlFallback& fallback : m_count.url_fallbacks)
    json.begin_object().key("url").value(fallback.url).key("instead").value(fallback.instead).end_object();
  json.end_list();

  if (m_run.dry_run) {
    json.key("planned_sprites").begin_list();
    for (const auto& [name, sprite] : m_planned)
      json.begin_object()
          .key("name")
          .value(name)
          .key("sprite")
          .value(sprite.key)
          .key("url")
          .value(sprite.url)
          .key("path")
          .value(sprite.path)
          .end_object();
    json.end_list();
  }
  return json.end_object().text() + "\n";
}

std::string Report::summary(double seconds, std::string_view directory) const {
  const auto sprites = [](std::uint64_t number) { return text::counted(number, "sprite", "sprites"); };
  std::string text = m_run.dry_run
                         ? fmt::format("{} would be downloaded to {}/", sprites(m_planned.size()), directory)
                         : fmt::format("{} ({} bytes) in {}/", sprites(m_downloaded), m_bytes, directory);
  if (m_unchanged > 0) text += fmt::format(", {} unchanged", m_unchanged);
  if (!m_missing.empty()) text += fmt::format(", {} missing", m_missing.size());
  if (!m_failures.empty()) text += fmt::format(", {} failed", m_failures.size());
  text += fmt::format("; {}, {}, {:.1f} s, {}", text::counted(m_count.requests, "request", "requests"),
                      text::counted(m_count.retries, "retry", "retries"), seconds, m_run.mode);
  if (m_run.mode != "serial") text += fmt::format(" × {}", m_run.workers);
  return text;
}

}  // namespace spritefarm::farm
