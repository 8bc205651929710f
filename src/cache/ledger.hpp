#pragma once

#include "cache/sqlite_database.hpp"
#include "net/freshness.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spritefarm::cache {

/// The entry of a JSON document: a page of the index, a record, or the API's `meta/`.
struct LedgerDocument {
  net::Validators validators;
  std::int64_t fresh_until = 0;  ///< seconds since the epoch; stale afterwards (RFC 9111 §4.2)
  std::string dataset;           ///< the hash of its dataset; empty if unknown
  std::string content;           ///< the parts that spritefarm uses; opaque to the ledger
};

/// The entry of an image file.
struct LedgerImage {
  std::string url;
  net::Validators validators;
  std::int64_t fresh_until = 0;
  std::uint64_t size = 0;    ///< of the file, when it was written
  std::int64_t changed = 0;  ///< its modification time, nanoseconds since the epoch
  std::string sha256;        ///< 32 bytes
};

/// The cache database: a SQLite file beside the sprites, with documents by URL and images by their path below
/// the output directory. The coordinator owns it and holds an exclusive lock from open_ledger() to the end.
/// After commit(), entries survive the death of the process. The write-ahead log is synced at checkpoints
/// only: after a power failure the newest entries may be missing, but the database is intact. All members
/// throw SqliteError.
class Ledger {
 public:
  explicit Ledger(const std::string& path);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  /// Commits. Ignores errors: missing entries are downloaded again.
  ~Ledger();

  std::optional<LedgerDocument> document(const std::string& url);
  void store(const std::string& url, const LedgerDocument& document);

  std::optional<LedgerImage> image(const std::string& path);
  void store(const std::string& path, const LedgerImage& image);

  /// Calls `take` for each document.
  void each_document(const std::function<void(const std::string& content)>& take);
  /// Calls `take` for each image, ordered by path.
  void each_image(const std::function<void(const std::string& path, const std::string& url)>& take);

  /// The number of entries stored since the last commit().
  [[nodiscard]] int uncommitted() const noexcept { return m_uncommitted; }
  void commit();

 private:
  void write(SqliteStatement& statement);

  SqliteDatabase m_database;
  std::optional<SqliteStatement> m_find_document, m_store_document, m_find_image, m_store_image;
  int m_uncommitted = 0;
};

/// The result of open_ledger(). A run without a ledger works, but downloads everything.
struct OpenedLedger {
  std::unique_ptr<Ledger> ledger;      ///< null if it cannot be used
  std::optional<std::string> warning;  ///< for the user: why the ledger is missing or new
};

/// Opens the ledger at `path`; creates it if it is missing. A damaged file, or one of another program or
/// version, is renamed first (set_aside()). The ledger is null if another run has it open or it cannot be
/// opened.
OpenedLedger open_ledger(const std::string& path);

/// Renames the database at `path`, with its log files, to an unused name. Returns that name.
std::string set_aside(const std::string& path);

}  // namespace spritefarm::cache
