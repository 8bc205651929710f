#pragma once

#include "cache/sqlite_database.hpp"
#include "net/freshness.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spritefarm::cache {

/// What the ledger knows of a JSON document: a page of the index, a record, the API's `meta/`.
struct LedgerDocument {
  net::Validators validators;
  std::int64_t fresh_until = 0;  ///< seconds since the epoch: may be used till then without asking
  std::string dataset;  ///< which of the API's datasets it is of, by hash; empty where that is unknown
  std::string content;  ///< what of it matters; the ledger does not look inside
};

/// What it knows of an image's file.
struct LedgerImage {
  std::string url;
  net::Validators validators;
  std::int64_t fresh_until = 0;
  std::uint64_t size = 0;    ///< of the file, as it was written
  std::int64_t changed = 0;  ///< its time of change, nanoseconds since the epoch
  std::string sha256;        ///< 32 bytes
};

/// What earlier runs learned, in a SQLite database beside the sprites: documents by URL, images by their path below the
/// output directory. The coordinator's; it has the database to itself from open_ledger() until its end. What is kept is
/// there for certain after commit(), whatever kills the process then: a write-ahead log, synced at its checkpoints only,
/// so that after a power cut the newest may be missing, and the rest is whole. All members throw SqliteError.
class Ledger {
 public:
  explicit Ledger(const std::string& path);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  /// Commits, if that can be done.
  ~Ledger();

  std::optional<LedgerDocument> document(const std::string& url);
  void store(const std::string& url, const LedgerDocument& document);

  std::optional<LedgerImage> image(const std::string& path);
  void store(const std::string& path, const LedgerImage& image);

  /// Every document's content.
  void each_document(const std::function<void(const std::string& content)>& take);
  /// Every image's path and URL, in the order of the paths.
  void each_image(const std::function<void(const std::string& path, const std::string& url)>& take);

  /// How much was kept since the last commit().
  [[nodiscard]] int uncommitted() const noexcept { return m_uncommitted; }
  void commit();

 private:
  void write(SqliteStatement& statement);

  SqliteDatabase m_database;
  std::optional<SqliteStatement> m_find_document, m_keep_document, m_find_image, m_keep_image;
  int m_uncommitted = 0;
};

/// A ledger, or none; and what is to be told to the user, if anything.
struct OpenedLedger {
  std::unique_ptr<Ledger> ledger;
  std::string message;
};

/// Opens the ledger at `path`, or makes it. What is there but is damaged, or another program's, is renamed first. None
/// where another run has it, or where it cannot be opened for any other reason.
OpenedLedger open_ledger(const std::string& path);

/// Renames the file at `path`, and what belongs to it, to a name that is free: that name.
std::string set_aside(const std::string& path);

}  // namespace spritefarm::cache
