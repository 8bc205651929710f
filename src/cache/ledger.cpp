#include "cache/ledger.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace spritefarm::cache {
namespace {

// "spri", and the version of the tables below.
constexpr std::int64_t application_id = 0x73707269, schema_version = 1;

constexpr const char* create_tables = R"(
  BEGIN;
  PRAGMA application_id = 0x73707269;
  PRAGMA user_version = 1;
  CREATE TABLE document (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, fresh_until INTEGER, dataset TEXT, content BLOB);
  CREATE TABLE image (
    path TEXT PRIMARY KEY, url TEXT, etag TEXT, last_modified TEXT, fresh_until INTEGER,
    size INTEGER, changed INTEGER, sha256 BLOB) WITHOUT ROWID;
  COMMIT;)";

std::int64_t number_from(SqliteDatabase& database, const char* sql) {
  SqliteStatement statement(database, sql);
  return statement.next() ? statement.number(0) : 0;
}

/// Locks the database and creates or checks its tables. Throws SQLITE_NOTADB if another program or version
/// made it.
void prepare(SqliteDatabase& database) {
  // Exclusive for the whole run; WAL then needs no shared memory, which network file systems lack.
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  const std::int64_t owner = number_from(database, "PRAGMA application_id");
  if (owner == 0 && number_from(database, "SELECT count(*) FROM sqlite_schema") == 0) {
    // The database is still empty: no need to wait for the disk.
    database.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL");
    database.run(create_tables);
  } else if (owner != application_id || number_from(database, "PRAGMA user_version") != schema_version) {
    throw SqliteError(SQLITE_NOTADB, "another program or version made it");
  } else {
    database.run("PRAGMA journal_mode = WAL");
    SqliteStatement check(database, "PRAGMA quick_check(1)");
    if (!check.next() || check.text(0) != "ok") throw SqliteError(SQLITE_CORRUPT, "it is damaged");
  }
  database.run("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT");
  // On a read-only database, BEGIN IMMEDIATE succeeds without an attempt to write.
  if (::sqlite3_db_readonly(database.get(), "main") != 0)
    throw SqliteError(SQLITE_READONLY, "it is read-only");
}

/// Whether the file is not a usable ledger although it is writable. SQLite reports a file of a later format
/// as read-only.
bool is_unusable(const SqliteError& error, const std::string& path) {
  return error.is_damage() || (error.is_read_only() && std::ofstream(path, std::ios::app));
}

}  // namespace

Ledger::Ledger(const std::string& path) : m_database(path) {
  prepare(m_database);
  m_find_document.emplace(
      m_database, "SELECT etag, last_modified, fresh_until, dataset, content FROM document WHERE url = ?");
  m_store_document.emplace(m_database, "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)");
  m_find_image.emplace(
      m_database,
      "SELECT url, etag, last_modified, fresh_until, size, changed, sha256 FROM image WHERE path = ?");
  m_store_image.emplace(m_database, "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
}

Ledger::~Ledger() {
  try {
    commit();
  } catch (const SqliteError&) {
    // Missing entries are downloaded again.
  }
}

std::optional<LedgerDocument> Ledger::document(const std::string& url) {
  std::optional<LedgerDocument> document;
  SqliteStatement& row = *m_find_document << url;
  if (row.next())
    document = LedgerDocument{{row.text(0), row.text(1)}, row.number(2), row.text(3), row.text(4)};
  row.reset();
  return document;
}

void Ledger::store(const std::string& url, const LedgerDocument& document) {
  write(*m_store_document << url << document.validators.etag << document.validators.last_modified
                          << document.fresh_until << document.dataset
                          << SqliteStatement::Blob{document.content});
}

std::optional<LedgerImage> Ledger::image(const std::string& path) {
  std::optional<LedgerImage> image;
  SqliteStatement& row = *m_find_image << path;
  if (row.next())
    image = LedgerImage{row.text(0),   {row.text(1), row.text(2)},
                        row.number(3), static_cast<std::uint64_t>(row.number(4)),
                        row.number(5), row.text(6)};
  row.reset();
  return image;
}

void Ledger::store(const std::string& path, const LedgerImage& image) {
  write(*m_store_image << path << image.url << image.validators.etag << image.validators.last_modified
                       << image.fresh_until << static_cast<std::int64_t>(image.size) << image.changed
                       << SqliteStatement::Blob{image.sha256});
}

void Ledger::each_document(const std::function<void(const std::string& content)>& take) {
  for (SqliteStatement row(m_database, "SELECT content FROM document ORDER BY url"); row.next();)
    take(row.text(0));
}

void Ledger::each_image(const std::function<void(const std::string& path, const std::string& url)>& take) {
  for (SqliteStatement row(m_database, "SELECT path, url FROM image ORDER BY path"); row.next();)
    take(row.text(0), row.text(1));
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
}

std::string set_aside(const std::string& path) {
  namespace fs = std::filesystem;
  std::string unused;
  std::error_code error;
  for (int number = 1;
       fs::exists(fs::symlink_status(unused = path + ".set-aside-" + std::to_string(number), error));)
    ++number;
  // The log first: a new database must not find it.
  for (const char* part : {"-wal", "-shm", "-journal", ""}) fs::rename(path + part, unused + part, error);
  return unused;
}

OpenedLedger open_ledger(const std::string& path) {
  std::string set_aside_as;
  try {
    try {
      return {std::make_unique<Ledger>(path), std::nullopt};
    } catch (const SqliteError& error) {
      if (!is_unusable(error, path)) throw;
      set_aside_as = set_aside(path);
      return {std::make_unique<Ledger>(path), "cannot use the ledger " + path + " (" + error.what() +
                                                  "); it was renamed to " + set_aside_as +
                                                  " and a new one created; you can delete the old one"};
    }
  } catch (const SqliteError& error) {
    if (error.is_busy())
      return {nullptr, "another run has the ledger " + path +
                           " open; this run continues without a cache; "
                           "wait for the other run to finish to use it"};
    return {nullptr, "cannot use the ledger " + path + " (" + error.what() +
                         "); this run continues without a cache; check the file and its directory"};
  }
}

}  // namespace spritefarm::cache
