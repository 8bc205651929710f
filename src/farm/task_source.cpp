#include "farm/task_source.hpp"

#include "pokeapi/named_pokemon.hpp"

#include <utility>

namespace spritefarm::farm {

TaskSource::TaskSource(Selection selection, Executor& executor, HttpCache& cache, RunEvents& events)
    : m_selection(std::move(selection)), m_cache(cache), m_share(m_selection.shard) {
  if (!m_selection.pokemon.empty())
    m_names_left = true;
  else if (!m_selection.groups.empty())
    m_groups.emplace(m_selection.groups, m_selection.base_url, executor, cache, events);
  else
    m_index.emplace(executor, m_selection.base_url, m_selection.index, cache, events);
}

bool TaskSource::is_waiting() const noexcept {
  return (m_index && m_index->is_waiting()) || (m_groups && m_groups->is_waiting());
}

std::size_t TaskSource::max_tasks() const noexcept {
  if (m_index) return m_share.max_of(m_selection.index.limit);
  if (m_groups) return m_share.max_of(std::nullopt);
  return m_share.max_of(m_selection.pokemon.size());
}

/// The default form, if an earlier run has learned that the name is a species'.
pokeapi::IndexEntry TaskSource::resolve_species(pokeapi::IndexEntry entry) {
  if (entry.id != 0) return entry;
  const std::string url = pokeapi::species_url(entry.url);
  const std::optional<CachedDocument> species = m_cache.page(url);
  if (!species || species->needs_revalidation) return entry;
  Result<pokeapi::IndexPage> page = pokeapi::parse_index_page(species->content, url);
  return page && page->entries.size() == 1 ? std::move(page->entries.front()) : entry;
}

Result<std::optional<TaskSource::Piece>> TaskSource::next_names() {
  if (!std::exchange(m_names_left, false)) return std::optional<Piece>();
  std::vector<pokeapi::IndexEntry> entries;
  for (const std::string& name : m_selection.pokemon) {
    Result<pokeapi::IndexEntry> entry = pokeapi::named_pokemon(name, m_selection.base_url);
    if (!entry) return entry.error();
    entries.push_back(resolve_species(*std::move(entry)));
  }
  return std::optional(
      Piece{.tasks = m_share.pick(index_tasks(std::move(entries))), .max_tasks = max_tasks()});
}

Result<std::optional<TaskSource::Piece>> TaskSource::next_group(RequestCount& count) {
  Result<std::vector<pokeapi::IndexEntry>> members = m_groups->read(count);
  m_groups.reset();
  if (!members) return members.error();
  const std::size_t size = members->size();
  return std::optional(
      Piece{.tasks = m_share.pick(index_tasks(*std::move(members))), .max_tasks = m_share.max_of(size)});
}

Result<std::optional<TaskSource::Piece>> TaskSource::next_page(RequestCount& count) {
  Result<std::optional<IndexTasks>> page = m_index->next(count);
  if (!page) return page.error();
  if (!*page) return std::optional<Piece>();
  IndexTasks& listed = **page;
  return std::optional(Piece{.tasks = m_share.pick(std::move(listed.tasks)),
                             .max_tasks = m_share.max_of(m_selection.index.count_of(listed.index_size))});
}

Result<std::optional<TaskSource::Piece>> TaskSource::next(RequestCount& count) {
  if (m_index) return next_page(count);
  return m_groups ? next_group(count) : next_names();
}

}  // namespace spritefarm::farm
