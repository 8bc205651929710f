#include "farm/accounting.hpp"

#include "farm/closest_name.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace spritefarm::farm {

Accounting::Accounting(Report& report, const cli::Messages& messages, HttpCache& cache,
                       std::vector<RunListener*> listeners)
    : m_report(report),
      m_note_messages(messages),
      m_sprite_messages(messages),
      m_cache(cache),
      m_listeners(std::move(listeners)) {}

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

void Accounting::suggest_name(const FarmTask& task, FarmResult& result) {
  if (!m_names) m_names = m_cache.names();
  const std::optional<std::string> name = closest_name(task.name, *m_names);
  if (!name) return;
  for (SpriteResult& sprite : result.sprites) sprite.reason += fmt::format("; did you mean {}?", *name);
}

void Accounting::add_result(std::uint64_t number, const FarmTask& task, FarmResult result, bool is_known) {
  // A pokémon that was given by two names is one.
  if (result.id != 0 && m_ids.contains(result.id)) result.sprites.clear();
  if (result.is_unknown && !task.name.empty()) suggest_name(task, result);
  const std::string name = display_name(result.name, result.id);
  tell(result.count);
  add_notes(task, result);
  if (m_output_error.empty()) m_output_error = result.output_error;
  for (SpriteResult& sprite : result.sprites) {
    fail_shared_path(sprite);
    m_sprite_messages.tell(name, sprite, is_known || !m_output_error.empty());
  }
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

void Accounting::tell(const RequestCount& count) {
  for (const UrlFallback& fallback : count.url_fallbacks)
    m_note_messages.tell(NoteKind::url_fallback,
                         fmt::format("GET {}: status 404, but {} answers: a cache keeps an old failure",
                                     fallback.url, fallback.instead));
}

void Accounting::add_notes(const FarmTask& task, const FarmResult& result) {
  if (task.id != 0 && !task.name.empty() && task.name != result.name)
    add_note(NoteKind::other_name,
             {result.name, "",
              fmt::format("the index calls {} '{}', its record '{}'; the record is used", result.id,
                          text::excerpt(task.name), text::excerpt(result.name))});
  for (const SpriteResult& sprite : result.sprites)
    if (sprite.bytes_after_end > 0)
      add_note(NoteKind::bytes_after_end,
               {result.name, sprite.key,
                fmt::format("the image ends {} before the end of its file; the file is kept as it came",
                            text::counted(sprite.bytes_after_end, "byte", "bytes"))});
}

void Accounting::add_note(NoteKind kind, Note note) {
  const std::string& sprite = note.sprite;
  m_note_messages.tell(kind,
                       fmt::format("{}{}{}: {}", note.name, sprite.empty() ? "" : " ", sprite, note.text));
  m_report.add(std::move(note));
}

}  // namespace spritefarm::farm
