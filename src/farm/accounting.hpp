#pragma once

#include "cli/messages.hpp"
#include "farm/farm_task.hpp"
#include "farm/http_cache.hpp"
#include "farm/notes.hpp"
#include "farm/report.hpp"
#include "farm/run_listener.hpp"
#include "farm/sprite_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace spritefarm::farm {

/// Takes every result of a run, once: detects paths that two sprites share, then tells the user, the report,
/// the listeners and the cache. Owned by the coordinator, used by the main thread. Throws what a listener
/// throws; no pokémon is to blame for that, and the run ends.
class Accounting {
 public:
  Accounting(Report& report, const cli::Messages& messages, HttpCache& cache,
             std::vector<RunListener*> listeners);

  /// How many tasks there will be, at most.
  void expect(std::uint64_t tasks);
  /// A task is about to be given to the workers.
  void add_submitted(std::uint64_t number, const FarmTask& task);
  /// The result of a task; number 0: the cache answered it.
  /// A failure is told only with -v if `is_known`: another message has its cause.
  void add_result(std::uint64_t number, const FarmTask& task, FarmResult result, bool is_known = false);
  /// Requests that belong to no task.
  void add_requests(const RequestCount& count);
  /// The last result has been added.
  void finish() const {
    m_note_messages.tell_counts();
    m_sprite_messages.tell_repeated();
  }

  /// Whether a pokémon of this id has had a result.
  [[nodiscard]] bool has(std::uint32_t id) const { return m_ids.contains(id); }
  /// Not empty: why nothing can be written any more.
  [[nodiscard]] const std::string& output_error() const noexcept { return m_output_error; }

 private:
  void suggest_name(const FarmTask& task, FarmResult& result);
  void fail_shared_path(SpriteResult& sprite);
  void tell(const RequestCount& count);
  void add_notes(const FarmTask& task, const FarmResult& result);
  void add_note(NoteKind kind, Note note);

  Report& m_report;
  NoteMessages m_note_messages;
  SpriteMessages m_sprite_messages;
  HttpCache& m_cache;
  const std::vector<RunListener*> m_listeners;
  std::unordered_set<std::uint32_t> m_ids;
  std::unordered_set<std::size_t> m_path_hashes;    // of the files of this run
  std::optional<std::vector<std::string>> m_names;  // that the cache knows; none: not yet asked for
  std::string m_output_error;
};

}  // namespace spritefarm::farm
