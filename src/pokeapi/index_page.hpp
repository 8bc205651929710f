#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::pokeapi {

/// An entry of the index: one pokémon.
struct IndexEntry {
  std::string name;
  std::uint32_t id = 0;  ///< the last part of the URL's path
  std::string url;       ///< absolute; of a faulty entry: where it stands in its document
  /// Why nothing can be downloaded for this entry; empty if something can. The id is 0 then.
  std::string fault{};

  [[nodiscard]] bool is_faulty() const noexcept { return !fault.empty(); }
};

struct IndexPage {
  std::uint64_t count = 0;          ///< the number of entries in the whole index
  std::optional<std::string> next;  ///< the absolute URL of the next page
  std::vector<IndexEntry> entries;
};

/// Parses one page of the index. `url` is its own URL, the base of relative links. Fails for any document
/// that is not a complete index page, and for one whose entries are all faulty.
Result<IndexPage> parse_index_page(const std::string& document, std::string_view url);

}  // namespace spritefarm::pokeapi
