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

/// Which sprites of a record are wanted, and where their files belong: decided by the command line, for all records.
struct SpriteChoice {
  const pokeapi::Selector& selector;
  const text::OutputTemplate& path_template;

  /// The chosen sprites that can be fetched, as planned, with the paths that their URLs let expect; of the others,
  /// `result` tells what keeps them from it. No two of them have the same path.
  std::vector<SpriteResult> choose(const pokeapi::Record& record, FarmResult& result) const;

  [[nodiscard]] Result<std::string> path(const pokeapi::Record& record, std::string_view key,
                                         std::string_view extension) const;
};

/// Whether a record is the one that was asked for: not if a cache or a proxy mixed two up.
Result<void> check_record(const FarmTask& task, const pokeapi::Record& record);

}  // namespace spritefarm::farm
