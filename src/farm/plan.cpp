#include "farm/plan.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace spritefarm::farm {

std::vector<FarmTask> index_tasks(std::vector<pokeapi::IndexEntry> entries) {
  std::vector<FarmTask> tasks;
  tasks.reserve(entries.size());
  for (pokeapi::IndexEntry& entry : entries)
    tasks.push_back({std::move(entry.name), entry.id, std::move(entry.url), {}, {}, std::move(entry.fault)});
  return tasks;
}

std::vector<FarmTask> ShareFilter::pick(std::vector<FarmTask> piece) {
  std::vector<FarmTask> share;
  for (FarmTask& task : piece) {
    const std::size_t turn = m_urls.size() % m_shard.of;
    if (m_urls.insert(task.url).second && turn == m_shard.which - 1) share.push_back(std::move(task));
  }
  std::stable_partition(share.begin(), share.end(), [](const FarmTask& task) { return !task.name.empty(); });
  return share;
}

std::size_t ShareFilter::max_of(std::optional<std::size_t> tasks) const noexcept {
  if (!tasks) return std::numeric_limits<std::size_t>::max();
  return *tasks / m_shard.of + (m_shard.which <= *tasks % m_shard.of ? 1 : 0);
}

std::string toggle_trailing_slash(std::string url) {
  const std::size_t end = std::min(url.find_first_of("?#"), url.size());
  if (end > 0 && url[end - 1] == '/')
    url.erase(end - 1, 1);
  else
    url.insert(end, 1, '/');
  return url;
}

}  // namespace spritefarm::farm
