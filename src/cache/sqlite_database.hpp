#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spritefarm::cache {

/// What SQLite refused: its result code and its words.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& words) : std::runtime_error(words), m_code(code & 0xff) {}

  [[nodiscard]] bool is_busy() const noexcept { return m_code == SQLITE_BUSY || m_code == SQLITE_LOCKED; }
  [[nodiscard]] bool is_read_only() const noexcept { return m_code == SQLITE_READONLY; }
  /// The file is damaged, no database at all, or not one that knows our statements.
  [[nodiscard]] bool is_damage() const noexcept {
    return m_code == SQLITE_CORRUPT || m_code == SQLITE_NOTADB || m_code == SQLITE_ERROR;
  }

 private:
  int m_code;
};

/// An open SQLite database, used by one thread at a time; no process is forked from one that has it open. Closed with the
/// object. All members throw SqliteError.
class SqliteDatabase {
 public:
  /// Made where it does not exist. Follows no symbolic link.
  explicit SqliteDatabase(const std::string& path);

  /// Statements whose results do not matter.
  void run(const char* sql);
  [[nodiscard]] sqlite3* get() const noexcept { return m_handle.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { ::sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> m_handle;
};

/// A prepared statement of a database, which it must not outlive, used again and again:
///
///     select << path;  if (select.next()) use(select.text(0));  select.reset();
class SqliteStatement {
 public:
  SqliteStatement(SqliteDatabase& database, const char* sql);

  struct Blob {
    std::string_view bytes;
  };
  /// Binds the next parameter. The bytes of texts and blobs are not copied: they stay until reset().
  SqliteStatement& operator<<(std::string_view text);
  SqliteStatement& operator<<(Blob blob);
  SqliteStatement& operator<<(std::int64_t number);

  /// Goes on to the next row; false where there is none.
  bool next();
  /// Runs it to its end, and resets it.
  void run();
  /// Forgets parameters and rows.
  void reset() noexcept;

  /// Columns of the row, from 0; an empty text (also of a blob) and 0 for what is NULL.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { ::sqlite3_finalize(statement); }
  };
  void check(int code) const;

  sqlite3* m_database;
  std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
  int m_bound = 0;
};

}  // namespace spritefarm::cache
