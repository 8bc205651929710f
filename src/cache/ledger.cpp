#include "cache/ledger.hpp"

#include "cache/ledger_schema.hpp"

#include <utility>

namespace spritefarm::cache {
namespace {

void check_integrity(SqliteDatabase& database) {
  SqliteStatement check(database, "PRAGMA quick_check(1)");
  if (!check.next() || check.text(0) != "ok") throw SqliteError(SQLITE_CORRUPT, "it is damaged");
}

/// Locks the database and creates, checks or upgrades its tables. Throws SQLITE_NOTADB if another program or
/// version made it.
void prepare(SqliteDatabase& database, const std::string& journal_mode) {
  const std::string set_journal_mode = "PRAGMA journal_mode = " + journal_mode;
  // Exclusive for the whole run; WAL then needs no shared memory, which network file systems lack.
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  if (is_empty(database)) {
    // No need to wait for the disk.
    database.run("PRAGMA synchronous = OFF; BEGIN");
    create_schema(database);
    database.run("COMMIT");
    database.run(set_journal_mode.c_str());
  } else {
    const int version = check_schema(database);
    database.run(set_journal_mode.c_str());
    check_integrity(database);
    upgrade_schema(database, version);
  }
  database.run("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT");
  // On a read-only database, BEGIN IMMEDIATE succeeds without an attempt to write.
  if (::sqlite3_db_readonly(database.get(), "main") != 0)
    throw SqliteError(SQLITE_READONLY, "it is read-only");
}

std::string select_images(const char* condition) {
  return std::string(
             "SELECT path, url, etag, last_modified, stored, fresh_until, size, changed, sha256 FROM image ") +
         condition;
}

LedgerImage image_of(const SqliteStatement& row) {
  return {.url = row.text(1),
          .validators = {row.text(2), row.text(3)},
          .freshness = {row.number(4), row.number(5)},
          .size = static_cast<std::uint64_t>(row.number(6)),
          .changed = row.number(7),
          .sha256 = row.text(8)};
}

}  // namespace

Ledger::Ledger(const std::string& path) : m_database(path) {
  prepare(m_database, "WAL");
  prepare_statements();
}

Ledger::Ledger(LedgerSnapshot snapshot, const std::string& bytes)
    : m_database(SqliteDatabase::in_memory(bytes)), m_snapshot(std::move(snapshot)) {
  prepare(m_database, "MEMORY");
  prepare_statements();
}

void Ledger::prepare_statements() {
  m_find_document.emplace(
      m_database,
      "SELECT etag, last_modified, stored, fresh_until, dataset, content FROM document WHERE url = ?");
  m_store_document.emplace(m_database, "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?, ?)");
  m_find_image.emplace(m_database, select_images("WHERE path = ? AND url = ?").c_str());
  m_store_image.emplace(m_database, "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
}

Ledger::~Ledger() {
  try {
    flush();
  } catch (const SqliteError&) {
    // Missing entries are downloaded again.
  }
}

std::optional<LedgerDocument> Ledger::document(const std::string& url) {
  std::optional<LedgerDocument> document;
  SqliteStatement& row = *m_find_document << url;
  if (row.next())
    document =
        LedgerDocument{{row.text(0), row.text(1)}, {row.number(2), row.number(3)}, row.text(4), row.text(5)};
  row.reset();
  return document;
}

void Ledger::store(const std::string& url, const LedgerDocument& document) {
  write(*m_store_document << url << document.validators.etag << document.validators.last_modified
                          << document.freshness.stored << document.freshness.until << document.dataset
                          << SqliteStatement::Blob{document.content});
}

std::optional<LedgerImage> Ledger::image(const std::string& path, const std::string& url) {
  std::optional<LedgerImage> image;
  SqliteStatement& row = *m_find_image << path << url;
  if (row.next()) image = image_of(row);
  row.reset();
  return image;
}

void Ledger::store(const std::string& path, const LedgerImage& image) {
  write(*m_store_image << path << image.url << image.validators.etag << image.validators.last_modified
                       << image.freshness.stored << image.freshness.until
                       << static_cast<std::int64_t>(image.size) << image.changed
                       << SqliteStatement::Blob{image.sha256});
}

void Ledger::each_document(const std::function<void(const std::string& content)>& take) {
  for (SqliteStatement row(m_database, "SELECT content FROM document ORDER BY url"); row.next();)
    take(row.text(0));
}

void Ledger::each_image(const std::function<void(const std::string& path, const LedgerImage& image)>& take) {
  for (SqliteStatement row(m_database, select_images("ORDER BY path").c_str()); row.next();)
    take(row.text(0), image_of(row));
}

void Ledger::write(SqliteStatement& statement) {
  if (m_uncommitted == 0) m_database.run("BEGIN");
  ++m_uncommitted;
  statement.run();
}

void Ledger::commit() {
  if (m_uncommitted == 0) return;
  m_uncommitted = 0;
  m_database.run("COMMIT");
  m_is_saved = false;
  if (m_snapshot) m_snapshot->save_now_and_then(m_database);
}

void Ledger::flush() {
  commit();
  if (m_snapshot && !std::exchange(m_is_saved, true)) m_snapshot->save(m_database);
}

}  // namespace spritefarm::cache
