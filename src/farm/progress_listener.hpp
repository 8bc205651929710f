#pragma once

#include "cli/progress.hpp"
#include "farm/run_listener.hpp"

namespace spritefarm::farm {

/// Adds the results of a run to its Progress. Owned by the run; called as every RunListener is.
class ProgressListener final : public RunListener {
 public:
  explicit ProgressListener(cli::Progress& progress) : m_progress(progress) {}

  void on_expected(std::uint64_t tasks) override { m_progress.expect(tasks); }
  void on_result(std::uint64_t, const FarmResult& result) override {
    cli::ProgressCount count{.tasks = 1, .retries = result.count.retries};
    for (const SpriteResult& sprite : result.sprites) {
      count.failed += sprite.status == SpriteStatus::failed;
      count.sprites += sprite.status == SpriteStatus::downloaded || sprite.status == SpriteStatus::unchanged;
      count.bytes += sprite.bytes;
    }
    m_progress.add(count);
  }

 private:
  cli::Progress& m_progress;
};

}  // namespace spritefarm::farm
