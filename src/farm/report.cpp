#include "farm/report.hpp"

#include "text/json_writer.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

namespace spritefarm::farm {
namespace {

/// A list of objects that name a sprite each. `add_members` writes what else the list tells of it.
template <typename Sprites, typename AddMembers>
void write_sprites(text::JsonWriter& json, std::string_view key, const Sprites& sprites,
                   AddMembers add_members) {
  json.key(key).begin_list();
  for (const auto& [name, sprite] : sprites) {
    json.begin_object().key("name").value(name).key("sprite").value(sprite.key);
    add_members(sprite);
    json.end_object();
  }
  json.end_list();
}

}  // namespace

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
  json.key("mode").value(m_configuration.mode).key("workers").value(m_configuration.workers);
  json.key("concurrency")
      .value(m_configuration.concurrency)
      .key("transport")
      .value(m_configuration.transport);
  json.key("selected")
      .value(m_selected)
      .key("downloaded")
      .value(m_downloaded)
      .key("unchanged")
      .value(m_unchanged);
  json.key("missing").value(m_missing.size()).key("failed").value(m_failures.size());
  if (m_configuration.dry_run) json.key("planned").value(m_planned.size());
  if (m_interrupted) json.key("interrupted").value(true);
  json.key("requests").value(m_count.requests).key("retries").value(m_count.retries);
  json.key("connections").value(m_count.connections);
  json.key("worker_deaths").value(m_worker_deaths).key("bytes").value(m_bytes).key("seconds").value(seconds);

  write_sprites(json, "failures", m_failures, [&](const SpriteResult& sprite) {
    json.key("url").value(sprite.url).key("reason").value(sprite.reason);
    json.key("attempts").value(sprite.attempts);
  });
  write_sprites(json, "missing_sprites", m_missing, [](const SpriteResult&) {});

  json.key("detours").begin_list();
  for (const UrlFallback& fallback : m_count.url_fallbacks)
    json.begin_object().key("url").value(fallback.url).key("instead").value(fallback.instead).end_object();
  json.end_list();

  if (m_configuration.dry_run)
    write_sprites(json, "planned_sprites", m_planned, [&](const SpriteResult& sprite) {
      json.key("url").value(sprite.url).key("path").value(sprite.path);
    });
  return json.end_object().text() + "\n";
}

std::string Report::summary(double seconds, std::string_view directory) const {
  const auto sprites = [](std::uint64_t number) { return text::counted(number, "sprite", "sprites"); };
  std::string text = m_configuration.dry_run
                         ? fmt::format("{} would be downloaded to {}/", sprites(m_planned.size()), directory)
                         : fmt::format("{} ({} bytes) in {}/", sprites(m_downloaded), m_bytes, directory);
  if (m_unchanged > 0) text += fmt::format(", {} unchanged", m_unchanged);
  if (!m_missing.empty()) text += fmt::format(", {} missing", m_missing.size());
  if (!m_failures.empty()) text += fmt::format(", {} failed", m_failures.size());
  text += fmt::format("; {}, {}, {:.1f} s, {}", text::counted(m_count.requests, "request", "requests"),
                      text::counted(m_count.retries, "retry", "retries"), seconds, m_configuration.mode);
  if (m_configuration.mode != "serial") text += fmt::format(" × {}", m_configuration.workers);
  return text;
}

}  // namespace spritefarm::farm
