#include "pokeapi/index_cursor.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace spritefarm::pokeapi {
namespace {

constexpr std::size_t max_entries = 1'000'000;
constexpr std::size_t max_pages = 10'000;
constexpr std::uint32_t whole_index = 100'000;  // as much as the PokéAPI's users ask for when they want all

}  // namespace

IndexCursor::IndexCursor(const std::string& base_url, IndexRange range)
    : m_range(range),
      m_url(fmt::format("{}pokemon/?limit={}&offset={}", base_url, range.limit.value_or(whole_index),
                        range.offset)) {
  m_seen_pages.insert(*m_url);
}

Result<std::vector<IndexEntry>> IndexCursor::take(IndexPage page) {
  // A static copy of the index gives all of it, whatever is asked for. One that honours an offset has less.
  const bool ignores_offset =
      m_seen_pages.size() == 1 && m_range.offset > 0 && page.entries.size() == page.count;
  std::size_t skip = ignores_offset ? m_range.offset : 0;

  std::vector<IndexEntry> taken;
  for (IndexEntry& entry : page.entries) {
    if (skip > 0) {
      --skip;
      continue;
    }
    if (complete()) break;
    if (m_seen_urls.size() == max_entries)
      return Error{fmt::format("the index lists more than {} pokémon: is it one?", max_entries)};
    if (m_seen_urls.insert(entry.url).second) taken.push_back(std::move(entry));
  }

  const std::string from = std::move(*m_url);
  m_url = complete() ? std::nullopt : std::move(page.next);
  if (!m_url) return taken;
  if (page.entries.empty())
    return Error{fmt::format("the index's page {} is empty but names a next one", from)};
  if (!m_seen_pages.insert(*m_url).second)
    return Error{
        fmt::format("the index goes round in a circle: {} names {} as its next page, which was read before",
                    from, *m_url)};
  if (m_seen_pages.size() > max_pages)
    return Error{fmt::format("the index has more than {} pages", max_pages)};
  return taken;
}

}  // namespace spritefarm::pokeapi
