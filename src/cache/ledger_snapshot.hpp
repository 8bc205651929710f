#pragma once

#include "cache/sqlite_database.hpp"

#include <chrono>
#include <string>

namespace spritefarm::cache {

/// The file of a ledger on a file system without locks. The ledger is in memory, and its file is only ever
/// replaced as a whole (rename), so that several runs cannot damage it: the entries of the run that saves
/// last remain. A run that is killed loses what it stored in the last seconds.
class LedgerSnapshot {
 public:
  explicit LedgerSnapshot(std::string path) : m_path(std::move(path)) {}

  /// Replaces the file if it was not replaced in the last seconds. Throws SqliteError, as save() does.
  void save_now_and_then(const SqliteDatabase& database);
  void save(const SqliteDatabase& database);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds interval{5};

  std::string m_path;
  Clock::time_point m_save_at = Clock::now() + interval;
};

}  // namespace spritefarm::cache
