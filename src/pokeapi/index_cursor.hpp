#pragma once

#include "base/result.hpp"
#include "pokeapi/index_page.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace spritefarm::pokeapi {

/// Which part of the index is wanted.
struct IndexRange {
  std::uint32_t offset = 0;
  std::optional<std::uint32_t> limit;  ///< none: all of it

  /// How much that is of an index of so many.
  [[nodiscard]] std::uint64_t count_of(std::uint64_t all) const noexcept {
    const std::uint64_t left = all - std::min<std::uint64_t>(offset, all);
    return limit ? std::min<std::uint64_t>(*limit, left) : left;
  }
};

/// Walks the index page by page, up to the entries that are wanted: knows which page to get next, and picks
/// from each what it lists, each pokémon once. Does no input or output. Ends for certain, whatever the pages
/// say: a page that comes again, an empty one that names a next, and a list without an end are Errors.
class IndexCursor {
 public:
  IndexCursor(const std::string& base_url, IndexRange range);

  /// The page that is wanted next; none: the walk is over.
  [[nodiscard]] const std::optional<std::string>& url() const noexcept { return m_url; }
  /// Takes the page that came from url(): its entries, of those that are wanted. An Error ends the walk.
  Result<std::vector<IndexEntry>> take(IndexPage page);

 private:
  [[nodiscard]] bool complete() const noexcept {
    return m_range.limit && m_seen_urls.size() >= *m_range.limit;
  }

  IndexRange m_range;
  std::optional<std::string> m_url;
  std::unordered_set<std::string> m_seen_pages;
  std::unordered_set<std::string> m_seen_urls;  // of all entries taken
};

}  // namespace spritefarm::pokeapi
