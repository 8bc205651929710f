#include "farm/plan.hpp"

#include "farm/output_template.hpp"
#include "farm/percent_encoding.hpp"
#include "farm/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace spritefarm::farm {
namespace {

/// All of `text` as a number.
bool read_number(std::string_view text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<Shard> Shard::parse(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  Shard shard;
  if (slash == text.size() || !read_number(text.substr(0, slash), shard.which) ||
      !read_number(text.substr(slash + 1), shard.of) || shard.which < 1 || shard.which > shard.of)
    return Error{fmt::format("'{}' is no share: K/N means every N-th from the K-th, K from 1 to N", text)};
  return shard;
}

Result<FarmTask> named_task(std::string_view name_or_id, std::string_view base_url) {
  FarmTask task;
  if (!name_or_id.empty() && name_or_id.find_first_not_of("0123456789") == name_or_id.npos) {
    if (!read_number(name_or_id, task.id) || task.id == 0)
      return Error{fmt::format("'{}' is no pokémon's id: ids count from 1", excerpt(name_or_id))};
    task.url = fmt::format("{}pokemon/{}/", base_url, task.id);
    return task;
  }
  if (const std::string_view reason = unfit_for_file_name(name_or_id); !reason.empty())
    return Error{fmt::format("'{}' is no pokémon's name: it {}", excerpt(name_or_id), reason)};
  for (const char c : name_or_id) task.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  task.url = fmt::format("{}pokemon/{}/", base_url, percent_encoded(task.name));
  return task;
}

std::vector<FarmTask> index_tasks(std::vector<sprite::IndexEntry> entries) {
  std::vector<FarmTask> tasks;
  tasks.reserve(entries.size());
  for (sprite::IndexEntry& entry : entries)
    tasks.push_back({std::move(entry.name), entry.id, std::move(entry.url)});
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

std::size_t ShareFilter::most_of(std::optional<std::size_t> tasks) const noexcept {
  if (!tasks) return std::numeric_limits<std::size_t>::max();
  return *tasks / m_shard.of + (m_shard.which <= *tasks % m_shard.of ? 1 : 0);
}

std::string other_spelling(std::string url) {
  const std::size_t end = std::min(url.find_first_of("?#"), url.size());
  if (end > 0 && url[end - 1] == '/')
    url.erase(end - 1, 1);
  else
    url.insert(end, 1, '/');
  return url;
}

}  // namespace spritefarm::farm
