#include "cache/ledger.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace spritefarm::cache {
namespace {

// "spri", and the layout of the tables below.
constexpr std::int64_t application_id = 0x73707269, layout = 1;

constexpr const char* make_tables = R"(
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

/// Throws SQLITE_NOTADB for another program's, or another version's.
void claim(SqliteDatabase& database) {
  // For the whole run, and so without the shared memory that a file system on a network may not have.
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  const std::int64_t owner = number_from(database, "PRAGMA application_id");
  if (owner == 0 && number_from(database, "SELECT count(*) FROM sqlite_schema") == 0) {
    // Nothing of value is in it yet: to wait for the disk can wait.
    database.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL");
    database.run(make_tables);
  } else if (owner != application_id || number_from(database, "PRAGMA user_version") != layout) {
    throw SqliteError(SQLITE_NOTADB, "it is another program's, or another version's");
  } else {
    database.run("PRAGMA journal_mode = WAL");
    SqliteStatement check(database, "PRAGMA quick_check(1)");
    if (!check.next() || check.text(0) != "ok")
      throw SqliteError(SQLITE_CORRUPT, "its pages do not fit together");
  }
  database.run("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT");
  // Then BEGIN IMMEDIATE has not tried to write.
  if (::sqlite3_db_readonly(database.get(), "main") != 0)
    throw SqliteError(SQLITE_READONLY, "it cannot be written");
}

/// Whether the file is of no use, though nothing hinders us to write it: SQLite refuses also one whose header tells of a
/// later format.
bool is_unusable(const SqliteError& error, const std::string& path) {
  return error.is_damage() || (error.is_read_only() && std::ofstream(path, std::ios::app));
}

}  // namespace

Ledger::Ledger(const std::string& path) : m_database(path) {
  claim(m_database);
  m_find_document.emplace(
      m_database, "SELECT etag, last_modified, fresh_until, dataset, content FROM document WHERE url = ?");
  m_keep_document.emplace(m_database, "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)");
  m_find_image.emplace(
      m_database,
      "SELECT url, etag, last_modified, fresh_until, size, changed, sha256 FROM image WHERE path = ?");
  m_keep_image.emplace(m_database, "INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
}

Ledger::~Ledger() {
  try {
    commit();
  } catch (const SqliteError&) {
    // What is lost is asked for again.
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
  write(*m_keep_document << url << document.validators.etag << document.validators.last_modified
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
  write(*m_keep_image << path << image.url << image.validators.etag << image.validators.last_modified
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
  std::string free;
  std::error_code error;
  for (int number = 1;
       fs::exists(fs::symlink_status(free = path + ".set-aside-" + std::to_string(number), error));)
    ++number;
  // Its log first: a new database must not find it.
  for (const char* part : {"-wal", "-shm", "-journal", ""}) fs::rename(path + part, free + part, error);
  return free;
}

OpenedLedger open_ledger(const std::string& path) {
  std::string set_aside_as;
  try {
    try {
      return {std::make_unique<Ledger>(path), {}};
    } catch (const SqliteError& error) {
      if (!is_unusable(error, path)) throw;
      set_aside_as = set_aside(path);
      return {std::make_unique<Ledger>(path), "the ledger " + path + " cannot be trusted (" + error.what() +
                                                  "): it is now " + set_aside_as + ", and a new one begins"};
    }
  } catch (const SqliteError& error) {
    if (error.is_busy())
      return {nullptr, "another run has the ledger " + path +
                           ": this one goes without, downloads all anew and remembers nothing; to use it, "
                           "wait for the other's end"};
    return {nullptr, "the ledger " + path + " cannot be used (" + error.what() +
                         "): this run downloads all anew and remembers nothing"};
  }
}

}  // namespace spritefarm::cache
