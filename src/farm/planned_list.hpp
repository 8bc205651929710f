#pragma once

#include "farm/run_listener.hpp"

namespace spritefarm::farm {

/// Prints what a dry run would download to standard output, as results come: a line with URL and path for
/// each sprite. Owned by the run. Throws cli::StandardOutputError.
class PlannedList final : public RunListener {
 public:
  void on_result(std::uint64_t number, const FarmResult& result) override;
};

}  // namespace spritefarm::farm
