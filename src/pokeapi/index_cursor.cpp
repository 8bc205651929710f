#include "pokeapi/index_cursor.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace spritefarm::pokeapi {
namespace {

constexpr std::size_t max_entries = 1'000'000;
constexpr std::size_t max_pages = 10'000;
// Larger than the index; clients of the PokéAPI usually send this limit to get all of it.
constexpr std::uint32_t whole_index = 100'000;

}  // namespace

IndexCursor::IndexCursor(const std::string& base_url, IndexRange range)
    : m_range(range),
      m_url(fmt::format("{}pokemon/?limit={}&offset={}", base_url, range.limit.value_or(whole_index),
                        range.offset)) {
  m_seen_pages.insert(*m_url);
}

Result<std::vector<IndexEntry>> IndexCursor::take(IndexPage page) {
  // A static copy of the index ignores limit and offset and returns all entries. A server that honours an
  // offset returns fewer.
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
      return Error{fmt::format("the index lists more than {} pokémon; check the base URL", max_entries)};
    if (m_seen_urls.insert(entry.url).second) taken.push_back(std::move(entry));
  }

  const std::string from = std::move(*m_url);
  m_url = complete() ? std::nullopt : std::move(page.next);
  if (!m_url) return taken;
  if (page.entries.empty())
    return Error{
        fmt::format("page {} of the index is empty but names a next page; check the base URL", from)};
  if (!m_seen_pages.insert(*m_url).second)
    return Error{fmt::format(
        "the index is circular: page {} names the earlier page {} as its next; check the base URL", from,
        *m_url)};
  if (m_seen_pages.size() > max_pages)
    return Error{fmt::format("the index has more than {} pages; check the base URL", max_pages)};
  return taken;
}

}  // namespace spritefarm::pokeapi
