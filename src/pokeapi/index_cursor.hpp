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

/// The requested part of the index.
struct IndexRange {
  std::uint32_t offset = 0;
  std::optional<std::uint32_t> limit;  ///< none: up to the end

  /// The number of entries of this range in an index of `all` entries.
  [[nodiscard]] std::uint64_t count_of(std::uint64_t all) const noexcept {
    const std::uint64_t left = all - std::min<std::uint64_t>(offset, all);
    return limit ? std::min<std::uint64_t>(*limit, left) : left;
  }
};

/// Walks the index page by page until it has the requested range. It names the page to fetch next and takes
/// the entries from each page, every pokémon once. Does no input or output. It always terminates: a repeated
/// page, an empty page that names a next one and an endless index are Errors. Owned by an IndexReader.
class IndexCursor {
 public:
  IndexCursor(const std::string& base_url, IndexRange range);

  /// The URL of the page to fetch next; none if the walk is complete.
  [[nodiscard]] const std::optional<std::string>& url() const noexcept { return m_url; }
  /// Takes the page fetched from url(). Returns its entries within the range. An Error ends the walk.
  Result<std::vector<IndexEntry>> take(IndexPage page);

 private:
  [[nodiscard]] bool complete() const noexcept {
    return m_range.limit && m_seen_urls.size() >= *m_range.limit;
  }

  IndexRange m_range;
  std::optional<std::string> m_url;
  std::unordered_set<std::string> m_seen_pages;
  std::unordered_set<std::string> m_seen_urls;  // of the entries taken
};

}  // namespace spritefarm::pokeapi
