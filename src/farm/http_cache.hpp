#pragma once

#include "cache/open_ledger.hpp"
#include "cli/messages.hpp"
#include "cli/shard.hpp"
#include "farm/dataset_hash.hpp"
#include "farm/farm_task.hpp"
#include "farm/sprite_choice.hpp"
#include "pokeapi/selector.hpp"
#include "system/directory.hpp"
#include "system/file_stamp.hpp"
#include "text/output_template.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// What earlier runs have left: the cache database and the files on disk. For each document and each image it
/// decides whether a run needs a request.
///
///     document   fresh, or of the dataset that `meta/` names   no request      else    conditional request
///     image      fresh, and its file is intact                 no request      stale   conditional request
///                file gone or altered, or another URL          plain request
///
/// A file is intact if its size and time of change are as stored, or its size and its SHA-256: copying, tar
/// and git change the time alone. The new time is then stored, so a file is hashed once. An altered file gets
/// no conditional request: a 304 would say that the server still has what this file no longer is.
///
/// Owned by the coordinator, used by the main thread; no worker opens the database. Without a database (dry
/// run, --ledger none, locked by another run, failed) every look-up misses and nothing is stored: that costs
/// requests and never fails a run.
class HttpCache {
 public:
  struct Settings {
    bool remember = false;      ///< keep a database
    bool refresh = false;       ///< everything is stale
    bool verify = false;        ///< hash the files
    bool server_times = false;  ///< files take the time of their Last-Modified, also unchanged ones
    std::string output;
    std::string ledger;  ///< path of the database; empty: in `output`
    cli::Shard shard;
    std::string base_url;
    pokeapi::Selector selector;
    text::OutputTemplate path_template;
  };
  /// Asks the API for the dataset that it serves. Called at most once in a run, and only if a stale document
  /// is stored.
  using FetchDatasetHash = std::function<DatasetHash()>;

  /// Make it after the last fork of this process. Throws std::system_error if the output directory is gone.
  HttpCache(Settings settings, const cli::Messages& messages, FetchDatasetHash fetch_dataset_hash);

  /// A page of the index; none on a miss.
  std::optional<CachedDocument> page(const std::string& url);
  /// Adds what is stored to a task. Returns the result if that needs no request at all.
  std::optional<FarmResult> look_up(FarmTask& task);

  /// Stores responses, and the files made of them, for a later run.
  void store(const std::string& url, const StoredDocument& document);
  void store(const FarmTask& task, const FarmResult& result);
  /// The files of earlier runs whose sprite is known and that are intact.
  using TakeStored =
      std::function<void(const pokeapi::Record& record, const std::string& key, const std::string& path)>;
  void for_each_stored(const TakeStored& take);
  /// The names of pokémon in the stored pages and records.
  std::vector<std::string> names();
  /// Commits what was stored. store() does so now and then.
  void commit();
  /// Commits at the end of the run.
  void flush();

 private:
  using Clock = std::chrono::steady_clock;

  template <typename Operation>
  auto with_ledger(Operation operation);
  std::optional<cache::LedgerDocument> document(const std::string& url);
  bool is_current(const cache::LedgerDocument& document);
  const std::string& dataset();
  std::optional<CachedImage> find_image(const pokeapi::Record& record, const SpriteResult& sprite);
  /// The stamp of an intact file; none if it is gone or altered.
  [[nodiscard]] std::optional<system::FileStamp> intact_stamp(const std::string& path,
                                                              const cache::LedgerImage& image) const;
  /// Sets the time of a file with this stamp, if that is asked for. Returns its stamp.
  [[nodiscard]] system::FileStamp with_server_time(const std::string& path, const net::Validators& validators,
                                                   const system::FileStamp& stamp) const;
  void put(cache::Ledger& ledger, const std::string& path, const cache::LedgerImage& image);
  void begin_batch(const cache::Ledger& ledger);
  [[nodiscard]] bool is_fresh(const cache::Freshness& freshness) const;

  const Settings m_settings;
  const cli::Messages& m_messages;
  const FetchDatasetHash m_fetch_dataset_hash;
  const SpriteChoice m_choice;  // refers to m_settings
  const std::string m_path;
  std::optional<system::Directory> m_output;
  std::optional<std::string> m_dataset;  // fetched or stored, in this run; empty: it cannot be had
  std::unique_ptr<cache::Ledger> m_ledger;
  Clock::time_point m_commit_at;
};

}  // namespace spritefarm::farm
