#pragma once

#include "cache/ledger_snapshot.hpp"
#include "cache/sqlite_database.hpp"
#include "net/freshness.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace spritefarm::cache {

/// When a response was stored and until when it is fresh (RFC 9111 §4.2), in seconds since the epoch.
struct Freshness {
  std::int64_t stored = 0;
  std::int64_t until = 0;

  /// Whether the response is fresh at `now`. It is stale before it was stored: the clock was ahead then, and
  /// `until` is wrong.
  [[nodiscard]] bool covers(std::int64_t now) const noexcept { return stored <= now && now < until; }
};

/// The entry of a JSON document: a page of the index, a record, or the API's `meta/`.
struct LedgerDocument {
  net::Validators validators;
  Freshness freshness;
  std::string dataset;  ///< the hash of its dataset; empty if unknown
  std::string content;  ///< the parts that spritefarm uses; opaque to the ledger
};

/// The entry of an image file.
struct LedgerImage {
  std::string url;
  net::Validators validators;
  Freshness freshness;
  std::uint64_t size = 0;    ///< of the file, when it was written
  std::int64_t changed = 0;  ///< its modification time, nanoseconds since the epoch
  std::string sha256;        ///< 32 bytes
};

/// The cache database: a SQLite file with documents by URL, and images by URL and path below the output
/// directory. Output directories can share it: images of several URLs may have one path, and the size and the
/// hash of an entry tell whether it describes the file of this directory. The coordinator owns it and holds
/// an exclusive lock from open_ledger() to the end. After commit(), entries survive the death of the process.
/// The write-ahead log is synced at checkpoints only: after a power failure the newest entries may be
/// missing, but the database is intact. All members throw SqliteError.
class Ledger {
 public:
  explicit Ledger(const std::string& path);
  /// A ledger in memory that begins with the content of its snapshot, `bytes`.
  Ledger(LedgerSnapshot snapshot, const std::string& bytes);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  /// Flushes. Ignores errors: missing entries are downloaded again.
  ~Ledger();

  std::optional<LedgerDocument> document(const std::string& url);
  void store(const std::string& url, const LedgerDocument& document);

  std::optional<LedgerImage> image(const std::string& path, const std::string& url);
  void store(const std::string& path, const LedgerImage& image);

  /// Calls `take` for each document.
  void each_document(const std::function<void(const std::string& content)>& take);
  /// Calls `take` for each image, ordered by path.
  void each_image(const std::function<void(const std::string& path, const LedgerImage& image)>& take);

  /// The number of entries stored since the last commit().
  [[nodiscard]] int uncommitted() const noexcept { return m_uncommitted; }
  void commit();
  /// Commits, and saves the snapshot if there is one.
  void flush();

 private:
  void prepare_statements();
  void write(SqliteStatement& statement);

  SqliteDatabase m_database;
  std::optional<SqliteStatement> m_find_document, m_store_document, m_find_image, m_store_image;
  std::optional<LedgerSnapshot> m_snapshot;
  int m_uncommitted = 0;
  bool m_is_saved = true;
};

}  // namespace spritefarm::cache
