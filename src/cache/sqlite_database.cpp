#include "cache/sqlite_database.hpp"

#include "system/termination_signals.hpp"

#include <chrono>
#include <cstring>
#include <utility>

namespace spritefarm::cache {
namespace {

[[noreturn]] void fail(sqlite3* database, int code) {
  throw SqliteError(code, database ? ::sqlite3_errmsg(database) : ::sqlite3_errstr(code));
}

/// SQLite binds a null pointer as NULL, even if the length is 0.
const char* or_empty(std::string_view bytes) {
  return bytes.data() ? bytes.data() : "";
}

// After a signal, what is short still ends in peace.
constexpr std::chrono::milliseconds grace{500};
constexpr int steps_between_looks = 100'000;

int is_interrupted(void* /*unused*/) {
  return system::time_since_termination_signal() > grace ? 1 : 0;
}

/// Nothing in the file's schema may run, and no value of it may take more memory than ours do.
void restrict(sqlite3* database) {
  for (const auto& [option, value] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                      {SQLITE_DBCONFIG_DQS_DDL, 0}})
    if (const int code = ::sqlite3_db_config(database, option, value, nullptr); code != SQLITE_OK)
      fail(database, code);
  ::sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(SqliteDatabase::max_value));
  ::sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 10'000);
  ::sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  ::sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
  ::sqlite3_progress_handler(database, steps_between_looks, is_interrupted, nullptr);
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code = ::sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
  m_handle.reset(handle);
  if (code != SQLITE_OK) fail(handle, code);
  restrict(handle);
}

SqliteDatabase SqliteDatabase::in_memory(std::string_view bytes) {
  SqliteDatabase database;
  sqlite3* handle = nullptr;
  const int opened = ::sqlite3_open(":memory:", &handle);
  database.m_handle.reset(handle);
  if (opened != SQLITE_OK) fail(handle, opened);
  restrict(handle);
  if (bytes.empty()) return database;

  auto* const copy = static_cast<unsigned char*>(::sqlite3_malloc64(bytes.size()));
  if (copy == nullptr) fail(nullptr, SQLITE_NOMEM);
  std::memcpy(copy, bytes.data(), bytes.size());
  // A database in memory has no write-ahead log: bytes 18 and 19 of the header are 1, not 2.
  for (std::size_t at : {18, 19})
    if (at < bytes.size() && copy[at] == 2) copy[at] = 1;
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  if (const int code = ::sqlite3_deserialize(handle, "main", copy, size, size,
                                             SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
      code != SQLITE_OK)
    fail(handle, code);
  return database;
}

std::string SqliteDatabase::serialize() const {
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&::sqlite3_free)> bytes(
      ::sqlite3_serialize(get(), "main", &size, 0), ::sqlite3_free);
  if (!bytes) fail(nullptr, SQLITE_NOMEM);
  return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
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
