#pragma once

#include "farm/farm_task.hpp"

#include <cstdint>

namespace spritefarm::farm {

/// Learns what happens in a run while it happens. Called by the accounting, on the main thread. What a member
/// throws ends the run, and is no pokémon's failure.
class RunListener {
 public:
  RunListener() = default;
  RunListener(const RunListener&) = delete;
  RunListener& operator=(const RunListener&) = delete;
  virtual ~RunListener() = default;

  /// How many tasks there will be, at most, as soon as that is known.
  virtual void on_expected(std::uint64_t tasks);
  /// The task of this number, counted from 1, is about to be given to the workers.
  virtual void on_submit(std::uint64_t number, const FarmTask& task);
  /// The result of that task; number 0: of a task that needed no worker.
  virtual void on_result(std::uint64_t number, const FarmResult& result);
};

inline void RunListener::on_expected(std::uint64_t) {}
inline void RunListener::on_submit(std::uint64_t, const FarmTask&) {}
inline void RunListener::on_result(std::uint64_t, const FarmResult&) {}

}  // namespace spritefarm::farm
