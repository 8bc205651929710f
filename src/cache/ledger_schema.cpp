#include "cache/ledger_schema.hpp"

#include <string>
#include <tuple>
#include <vector>

namespace spritefarm::cache {
namespace {

// "spri", and the version of the tables below.
constexpr std::int64_t application_id = 0x73707269, schema_version = 2;

constexpr const char* create_tables = R"(
  PRAGMA application_id = 0x73707269;
  PRAGMA user_version = 2;
  CREATE TABLE document (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, stored INTEGER, fresh_until INTEGER,
    dataset TEXT, content BLOB);
  CREATE TABLE image (
    path TEXT, url TEXT, etag TEXT, last_modified TEXT, stored INTEGER, fresh_until INTEGER,
    size INTEGER, changed INTEGER, sha256 BLOB, PRIMARY KEY (path, url)) WITHOUT ROWID;)";

constexpr const char* create_version_1 = R"(
  CREATE TABLE document (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, fresh_until INTEGER, dataset TEXT, content BLOB);
  CREATE TABLE image (
    path TEXT PRIMARY KEY, url TEXT, etag TEXT, last_modified TEXT, fresh_until INTEGER,
    size INTEGER, changed INTEGER, sha256 BLOB) WITHOUT ROWID;)";

// Version 1 did not say when an entry was stored: all of its entries are stale.
constexpr const char* set_version_1_apart = R"(
  ALTER TABLE document RENAME TO document_1;
  ALTER TABLE image RENAME TO image_1;)";
constexpr const char* copy_version_1 = R"(
  INSERT INTO document SELECT url, etag, last_modified, 0, 0, dataset, content FROM document_1;
  INSERT INTO image SELECT path, url, etag, last_modified, 0, 0, size, changed, sha256 FROM image_1;
  DROP TABLE document_1;
  DROP TABLE image_1;)";

std::int64_t number_from(SqliteDatabase& database, const char* sql) {
  SqliteStatement statement(database, sql);
  return statement.next() ? statement.number(0) : 0;
}

using SchemaEntry = std::tuple<std::string, std::string, std::string, std::string>;

/// SQLite stores each CREATE statement as it was written.
std::vector<SchemaEntry> schema_of(SqliteDatabase& database) {
  std::vector<SchemaEntry> entries;
  SqliteStatement row(database, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name LIMIT 10");
  while (row.next()) entries.emplace_back(row.text(0), row.text(1), row.text(2), row.text(3));
  return entries;
}

std::vector<SchemaEntry> schema_made_by(const char* sql) {
  SqliteDatabase database = SqliteDatabase::in_memory({});
  database.run(sql);
  return schema_of(database);
}

}  // namespace

void create_schema(SqliteDatabase& database) {
  database.run(create_tables);
}

bool is_empty(SqliteDatabase& database) {
  return number_from(database, "PRAGMA application_id") == 0 &&
         number_from(database, "SELECT count(*) FROM sqlite_schema") == 0;
}

int check_schema(SqliteDatabase& database) {
  const std::int64_t version = number_from(database, "PRAGMA user_version");
  if (number_from(database, "PRAGMA application_id") != application_id || version < 1 ||
      version > schema_version)
    throw SqliteError(SQLITE_NOTADB, "another program or version made it");
  if (schema_of(database) != schema_made_by(version == 1 ? create_version_1 : create_tables))
    throw SqliteError(SQLITE_NOTADB, "its tables are not those that spritefarm makes");
  return static_cast<int>(version);
}

void upgrade_schema(SqliteDatabase& database, int version) {
  if (version == schema_version) return;
  database.run("BEGIN");
  for (const char* step : {set_version_1_apart, create_tables, copy_version_1}) database.run(step);
  database.run("COMMIT");
}

}  // namespace spritefarm::cache
