#include "farm/task_source.hpp"

#include "pokeapi/named_pokemon.hpp"

#include <utility>

namespace spritefarm::farm {

TaskSource::TaskSource(Selection selection, Executor& executor, HttpCache& cache, RunEvents& events)
    : m_selection(std::move(selection)),
      m_share(m_selection.shard),
      m_names_left(!m_selection.pokemon.empty()) {
  if (!m_names_left) m_index.emplace(executor, m_selection.base_url, m_selection.index, cache, events);
}

std::size_t TaskSource::max_tasks() const noexcept {
  if (m_index) return m_share.max_of(m_selection.index.limit);
  return m_share.max_of(m_selection.pokemon.size());
}

Result<std::optional<TaskSource::Piece>> TaskSource::next_names() {
  if (!std::exchange(m_names_left, false)) return std::optional<Piece>();
  std::vector<pokeapi::IndexEntry> entries;
  for (const std::string& name : m_selection.pokemon) {
    Result<pokeapi::IndexEntry> entry = pokeapi::named_pokemon(name, m_selection.base_url);
    if (!entry) return entry.error();
    entries.push_back(*std::move(entry));
  }
  return std::optional(
      Piece{.tasks = m_share.pick(index_tasks(std::move(entries))), .max_tasks = max_tasks()});
}

Result<std::optional<TaskSource::Piece>> TaskSource::next(RequestCount& count) {
  if (!m_index) return next_names();
  Result<std::optional<IndexTasks>> page = m_index->next(count);
  if (!page) return page.error();
  if (!*page) return std::optional<Piece>();
  IndexTasks& listed = **page;
  return std::optional(Piece{.tasks = m_share.pick(std::move(listed.tasks)),
                             .max_tasks = m_share.max_of(m_selection.index.count_of(listed.index_size))});
}

}  // namespace spritefarm::farm
