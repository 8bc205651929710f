#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spritefarm::cache {

/// An error of SQLite: its primary result code and its message.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), m_code(code & 0xff) {}

  [[nodiscard]] bool is_busy() const noexcept { return m_code == SQLITE_BUSY || m_code == SQLITE_LOCKED; }
  [[nodiscard]] bool is_read_only() const noexcept { return m_code == SQLITE_READONLY; }
  /// The file is damaged, is not a database, lacks our tables, or has a value that we would not store.
  [[nodiscard]] bool is_damage() const noexcept {
    return m_code == SQLITE_CORRUPT || m_code == SQLITE_NOTADB || m_code == SQLITE_ERROR ||
           m_code == SQLITE_TOOBIG;
  }

 private:
  int m_code;
};

/// An open SQLite database, closed by the destructor. Used by one thread at a time. Its process must not fork
/// while it is open. The file may be a stranger's: its triggers and views do not run, its values have a
/// limit, and half a second after a termination signal a statement that still runs fails. All members throw
/// SqliteError.
class SqliteDatabase {
 public:
  static constexpr std::size_t max_value = 17 << 20;  ///< bytes of a text, a blob or a row

  /// Creates the file if it is missing. Does not follow a symbolic link.
  explicit SqliteDatabase(const std::string& path);
  /// A database in memory with the content of a database file; empty if `bytes` are.
  static SqliteDatabase in_memory(std::string_view bytes);

  /// The content as a database file has it.
  [[nodiscard]] std::string serialize() const;

  /// Runs statements and discards their results.
  void run(const char* sql);
  [[nodiscard]] sqlite3* get() const noexcept { return m_handle.get(); }

 private:
  SqliteDatabase() = default;
  struct Close {
    void operator()(sqlite3* handle) const noexcept { ::sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> m_handle;
};

/// A reusable prepared statement. It must not outlive its database. All members but reset() throw
/// SqliteError.
///
///     select << path;  if (select.next()) use(select.text(0));  select.reset();
class SqliteStatement {
 public:
  SqliteStatement(SqliteDatabase& database, const char* sql);

  struct Blob {
    std::string_view bytes;
  };
  /// Binds the next parameter. Texts and blobs are not copied: they must stay valid until reset().
  SqliteStatement& operator<<(std::string_view text);
  SqliteStatement& operator<<(Blob blob);
  SqliteStatement& operator<<(std::int64_t number);

  /// Steps to the next row; false if there is none.
  bool next();
  /// Steps to the end, then resets.
  void run();
  /// Clears parameters and rows.
  void reset() noexcept;

  /// The value of a column of the current row, from 0. NULL gives an empty text or 0. text() also reads
  /// blobs.
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
