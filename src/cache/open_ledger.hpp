#pragma once

#include "cache/ledger.hpp"

#include <memory>
#include <optional>
#include <string>

namespace spritefarm::cache {

/// The result of open_ledger(). A run without a ledger works, but downloads everything.
struct OpenedLedger {
  std::unique_ptr<Ledger> ledger;      ///< null if it cannot be used
  std::optional<std::string> warning;  ///< for the user: why the ledger is missing or new
  std::optional<std::string> note;     ///< for the user: why it is a snapshot
};

/// What to do with a file that never was a ledger.
enum class ForeignFile {
  set_aside,  ///< the path is our own
  refuse,     ///< the user has named the file, perhaps by mistake
};

/// Opens the ledger at `path`; creates it if it is missing. Only its owner may read it (mode 600); an
/// existing one is tightened. A damaged ledger, or one of another version, is renamed first (set_aside()).
/// The ledger is null if another run has it open or it cannot be opened. On a file system without locks it is
/// a LedgerSnapshot.
OpenedLedger open_ledger(const std::string& path, ForeignFile foreign = ForeignFile::set_aside);

/// Renames the database at `path`, with its log files, to an unused name. Returns that name.
std::string set_aside(const std::string& path);

}  // namespace spritefarm::cache
