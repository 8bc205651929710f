#pragma once

#include "base/result.hpp"
#include "farm/gallery.hpp"
#include "farm/http_cache.hpp"
#include "farm/planned_list.hpp"
#include "farm/trace_file.hpp"

#include <memory>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// What a run writes besides the sprites: the trace, the gallery, the list of a dry run. Owned by the run,
/// used by the main thread.
class RunOutputs {
 public:
  struct Settings {
    std::string output;         ///< directory
    bool gallery = false;       ///< write a gallery into it
    bool planned_list = false;  ///< print what is planned
  };
  /// `trace`: null if there is to be none.
  RunOutputs(Settings settings, std::unique_ptr<TraceFile> trace);

  /// Those that want to learn what happens. They live as long as this object.
  [[nodiscard]] std::vector<RunListener*> listeners();

  /// Completes the trace. An Error for the user if that fails.
  Result<void> finish_trace();
  /// Writes the gallery, with the files of earlier runs that are in the cache. Returns its path; empty if
  /// there is to be no gallery.
  Result<std::string> write_gallery(HttpCache& cache);

 private:
  const Settings m_settings;
  const std::unique_ptr<TraceFile> m_trace;
  Gallery m_gallery;
  PlannedList m_planned_list;
};

}  // namespace spritefarm::farm
