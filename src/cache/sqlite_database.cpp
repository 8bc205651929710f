#include "cache/sqlite_database.hpp"

namespace spritefarm::cache {
namespace {

[[noreturn]] void fail(sqlite3* database, int code) {
  throw SqliteError(code, database ? ::sqlite3_errmsg(database) : ::sqlite3_errstr(code));
}

/// SQLite binds a null pointer as NULL, even if the length is 0.
const char* or_empty(std::string_view bytes) {
  return bytes.data() ? bytes.data() : "";
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code = ::sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
  m_handle.reset(handle);
  if (code != SQLITE_OK) fail(handle, code);
}

void SqliteDatabase::run(const char* sql) {
  if (const int code = ::sqlite3_exec(get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
    fail(get(), code);
}

SqliteStatement::SqliteStatement(SqliteDatabase& database, const char* sql) : m_database(database.get()) {
  sqlite3_stmt* statement = nullptr;
  check(::sqlite3_prepare_v3(m_database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  m_statement.reset(statement);
}

void SqliteStatement::check(int code) const {
  if (code != SQLITE_OK) fail(m_database, code);
}

SqliteStatement& SqliteStatement::operator<<(std::string_view text) {
  check(::sqlite3_bind_text64(m_statement.get(), ++m_bound, or_empty(text), text.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::operator<<(Blob blob) {
  check(::sqlite3_bind_blob64(m_statement.get(), ++m_bound, or_empty(blob.bytes), blob.bytes.size(),
                              SQLITE_STATIC));
  return *this;
}

SqliteStatement& SqliteStatement::operator<<(std::int64_t number) {
  check(::sqlite3_bind_int64(m_statement.get(), ++m_bound, number));
  return *this;
}

bool SqliteStatement::next() {
  const int code = ::sqlite3_step(m_statement.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    reset();
    fail(m_database, code);
  }
  return code == SQLITE_ROW;
}

void SqliteStatement::run() {
  while (next()) {
  }
  reset();
}

void SqliteStatement::reset() noexcept {
  ::sqlite3_reset(m_statement.get());
  ::sqlite3_clear_bindings(m_statement.get());
  m_bound = 0;
}

std::string SqliteStatement::text(int column) const {
  const auto* const bytes = static_cast<const char*>(::sqlite3_column_blob(m_statement.get(), column));
  return bytes
             ? std::string(bytes, static_cast<std::size_t>(::sqlite3_column_bytes(m_statement.get(), column)))
             : std::string();
}

std::int64_t SqliteStatement::number(int column) const {
  return ::sqlite3_column_int64(m_statement.get(), column);
}

}  // namespace spritefarm::cache
