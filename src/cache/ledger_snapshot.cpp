#include "cache/ledger_snapshot.hpp"

#include "system/atomic_file.hpp"

#include <filesystem>
#include <system_error>

namespace spritefarm::cache {

void LedgerSnapshot::save_now_and_then(const SqliteDatabase& database) {
  if (Clock::now() >= m_save_at) save(database);
}

void LedgerSnapshot::save(const SqliteDatabase& database) {
  const std::filesystem::path path(m_path);
  try {
    system::replace_file(system::Directory::open(path.parent_path()), path.filename(), database.serialize(),
                         {.mode = 0600});
  } catch (const std::system_error& error) {
    throw SqliteError(SQLITE_IOERR, error.what());
  }
  m_save_at = Clock::now() + interval;
}

}  // namespace spritefarm::cache
