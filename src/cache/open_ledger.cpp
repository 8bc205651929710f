#include "cache/open_ledger.hpp"

#include "system/private_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace spritefarm::cache {
namespace {

namespace fs = std::filesystem;

// Ten times what a run with all sprites of all pokémon stores.
constexpr std::uintmax_t max_file_size = std::uintmax_t{1} << 28;

/// Whether the file is not a usable ledger although it is writable. SQLite reports a file of a later format
/// as read-only.
bool is_unusable(const SqliteError& error, const std::string& path) try {
  if (!error.is_read_only()) return error.is_damage();
  const system::PrivateFile writable(path);
  return true;
} catch (const std::system_error&) {
  return false;
}

/// Whether a file is new or begins as a ledger does: with the header of SQLite and our application id.
bool is_ours(std::string_view head) {
  constexpr std::string_view magic("SQLite format 3\0", 16), application = "spri";
  return head.empty() || (head.starts_with(magic) && head.size() > 72 && head.substr(68, 4) == application);
}

std::uintmax_t size_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

struct OpenedOnce {
  std::unique_ptr<Ledger> ledger;
  std::error_code lock_error{};
};

/// Throws SqliteError and std::system_error.
OpenedOnce open_once(const std::string& path) {
  std::string bytes;
  OpenedOnce opened;
  {
    const system::PrivateFile file(path);
    file.restrict_mode();
    for (const char* part : {"-wal", "-shm", "-journal"}) system::restrict_mode(path + part);
    opened.lock_error = file.lock_error();
    for (const char* part : {"", "-wal", "-journal"})
      if (size_of(path + part) > max_file_size)
        throw SqliteError(SQLITE_CORRUPT, "it is larger than a ledger can be");
    if (opened.lock_error) bytes = file.read(max_file_size);
  }
  if (!opened.lock_error) {
    opened.ledger = std::make_unique<Ledger>(path);
    return opened;
  }
  // Another machine, where locks work, may be writing.
  for (const char* part : {"-wal", "-journal"})
    if (size_of(path + part) > 0)
      throw std::system_error(opened.lock_error, "another run has or had it open, and it cannot be locked");
  opened.ledger = std::make_unique<Ledger>(LedgerSnapshot(path), bytes);
  return opened;
}

std::string cannot_use(const std::string& path, const char* reason, const char* advice) {
  return "cannot use the ledger " + path + " (" + reason + "); this run continues without a cache; " + advice;
}

}  // namespace

std::string set_aside(const std::string& path) {
  std::string unused;
  std::error_code error;
  for (int number = 1;
       fs::exists(fs::symlink_status(unused = path + ".set-aside-" + std::to_string(number), error));)
    ++number;
  // The log first: a new database must not find it.
  for (const char* part : {"-wal", "-shm", "-journal", ""}) fs::rename(path + part, unused + part, error);
  return unused;
}

OpenedLedger open_ledger(const std::string& path, ForeignFile foreign) {
  OpenedLedger result;
  OpenedOnce opened;
  try {
    if (foreign == ForeignFile::refuse && !is_ours(system::PrivateFile(path).read(100)))
      return {
          nullptr, cannot_use(path, "it is another program's file", "name another one with --ledger"), {}};
    try {
      opened = open_once(path);
    } catch (const SqliteError& error) {
      if (!is_unusable(error, path)) throw;
      const std::string set_aside_as = set_aside(path);
      result.warning = "cannot use the ledger " + path + " (" + error.what() + "); it was renamed to " +
                       set_aside_as + " and a new one created; you can delete the old one";
      opened = open_once(path);
    }
  } catch (const SqliteError& error) {
    if (error.is_busy())
      return {nullptr,
              "another run has the ledger " + path +
                  " open; this run continues without a cache; wait for the other run to finish to use it",
              {}};
    return {nullptr, cannot_use(path, error.what(), "check the file and its directory"), {}};
  } catch (const std::system_error& error) {
    return {nullptr,
            cannot_use(path, error.what(), "check the file and its directory, or name another with --ledger"),
            {}};
  }
  result.ledger = std::move(opened.ledger);
  if (opened.lock_error)
    result.note = "the file system of the ledger " + path + " has no locks (" + opened.lock_error.message() +
                  "); of runs at the same time only the last one's entries are kept; name a file elsewhere "
                  "with --ledger to avoid that";
  return result;
}

}  // namespace spritefarm::cache
