#pragma once

#include "base/result.hpp"
#include "farm/farm_task.hpp"
#include "farm/output_template.hpp"
#include "sprite/record.hpp"
#include "sprite/selector.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

/// Which sprites of a record are wanted, and where their files belong: decided by the command line, for all records.
struct SpriteChoice {
  const sprite::Selector& selector;
  const OutputTemplate& path_template;

  /// The chosen sprites that can be fetched, as planned, with the paths that their URLs let expect; of the others,
  /// `result` tells what keeps them from it. No two of them have the same path.
  std::vector<SpriteResult> choose(const sprite::Record& record, FarmResult& result) const;

  [[nodiscard]] Result<std::string> path(const sprite::Record& record, std::string_view key,
                                         std::string_view extension) const;
};

/// Whether a record is the one that was asked for: not if a cache or a proxy mixed two up.
std::optional<Error> wrong_record(const FarmTask& task, const sprite::Record& record);

}  // namespace spritefarm::farm
