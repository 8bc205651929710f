#pragma once

#include "farm/farm_task.hpp"
#include "system/directory.hpp"

#include <string>

namespace spritefarm::farm {

/// Writes the files of sprites below the output directory. Each worker that writes files owns one, or, if the
/// files come from nodes, the coordinator.
class OutputFiles {
 public:
  /// Throws std::system_error if the directory is gone.
  explicit OutputFiles(const std::string& output);

  /// Creates or replaces the file at SpriteResult::path, and sets what the sprite tells of it: its status,
  /// size and stamp, or the reason of the failure. An error that affects every further file is also that of
  /// the result.
  void save(const SpriteFile& file, SpriteResult& sprite, FarmResult& result) const;
  /// Does that for all sprites of a result whose files are not yet written. A file that is no image, or whose
  /// path leads out of the directory, is a failure.
  void save_all(FarmResult& result) const;

 private:
  std::string m_path;
  system::Directory m_directory;
};

}  // namespace spritefarm::farm
