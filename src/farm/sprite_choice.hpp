#pragma once

#include "base/result.hpp"
#include "farm/farm_task.hpp"
#include "pokeapi/record.hpp"
#include "pokeapi/selector.hpp"
#include "text/output_template.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

/// The sprites to take from each record and the paths of their files, from the command line. Refers to its
/// two members, which must outlive it.
struct SpriteChoice {
  const pokeapi::Selector& selector;
  const text::OutputTemplate& path_template;

  /// The selected sprites of the record at `url` that can be fetched, with status `planned` and the path that
  /// their URL suggests; no two have the same path. Adds the others to `result`, as missing or failed.
  std::vector<SpriteResult> choose(const pokeapi::Record& record, std::string_view url,
                                   FarmResult& result) const;

  [[nodiscard]] Result<std::string> path(const pokeapi::Record& record, std::string_view key,
                                         std::string_view extension) const;
};

/// Verifies that a record is the requested one: by its id, or by its name if the id is not known. An Error if
/// a cache or proxy has sent another.
Result<void> check_record(const FarmTask& task, const pokeapi::Record& record);

}  // namespace spritefarm::farm
