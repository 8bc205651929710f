#include "farm/report.hpp"

#include "text/json_writer.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <utility>

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
  m_count.add(count);
}

int Report::workers() const noexcept {
  return m_configuration.is_cluster ? static_cast<int>(m_nodes.size()) : m_configuration.workers;
}

std::string Report::json(double seconds) const {
  text::JsonWriter json;
  json.begin_object();
  json.key("mode").value(m_configuration.mode).key("workers").value(workers());
  json.key("concurrency")
      .value(m_configuration.concurrency)
      .key("transport")
      .value(m_configuration.transport)
      .key("sandbox")
      .value(m_configuration.sandbox);
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

  if (m_configuration.is_cluster) {
    json.key("nodes").begin_list();
    for (const NodeReport& node : m_nodes) {
      json.begin_object().key("name").value(node.name).key("host").value(node.host);
      json.key("slots").value(node.slots).key("farmed").value(node.farmed);
      json.key("deaths").value(node.deaths).end_object();
    }
    json.end_list();
  }

  json.key("detours").begin_list();
  for (const UrlFallback& fallback : m_count.url_fallbacks)
    json.begin_object().key("url").value(fallback.url).key("instead").value(fallback.instead).end_object();
  json.end_list();

  json.key("notes").begin_list();
  for (const Note& note : m_notes) {
    json.begin_object().key("name").value(note.name).key("sprite").value(note.sprite);
    json.key("note").value(note.text).end_object();
  }
  json.end_list();

  if (m_configuration.dry_run)
    write_sprites(json, "planned_sprites", m_planned, [&](const SpriteResult& sprite) {
      json.key("url").value(sprite.url).key("path").value(sprite.path);
    });
  return json.end_object().text() + "\n";
}

cli::Line Report::summary(double seconds, std::string_view directory) const {
  using cli::Tone;
  const auto sprites = [](std::uint64_t number) { return text::counted(number, "sprite", "sprites"); };
  cli::Line line;
  if (m_configuration.dry_run) {
    line = {{sprites(m_planned.size()), Tone::done}, {fmt::format(" would be downloaded to {}/", directory)}};
  } else {
    line = {{sprites(m_downloaded + m_unchanged), Tone::done},
            {fmt::format(" in {}/: {} new", directory, m_downloaded)}};
    if (m_unchanged > 0) line.push_back({fmt::format(", {} unchanged", m_unchanged)});
  }
  const auto add = [&line](std::string text, Tone tone) {
    line.push_back({", "});
    line.push_back({std::move(text), tone});
  };
  if (!m_missing.empty()) add(fmt::format("{} missing", m_missing.size()), Tone::warning);
  if (!m_failures.empty()) add(fmt::format("{} failed", m_failures.size()), Tone::failed);
  if (m_bytes > 0) add(text::scaled_bytes(static_cast<double>(m_bytes)), Tone::plain);
  std::string cost = "; " + text::counted(m_count.requests, "request", "requests");
  if (m_count.retries > 0) cost += ", " + text::counted(m_count.retries, "retry", "retries");
  cost += fmt::format(", {:.1f} s, {}", seconds, m_configuration.mode);
  if (m_configuration.mode != "serial") cost += fmt::format(" × {}", workers());
  line.push_back({std::move(cost), Tone::dim});
  return line;
}

}  // namespace spritefarm::farm
