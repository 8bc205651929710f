#pragma once

#include "cache/ledger.hpp"
#include "cli/messages.hpp"
#include "cli/shard.hpp"
#include "farm/dataset_hash.hpp"
#include "farm/farm_task.hpp"
#include "farm/sprite_choice.hpp"
#include "pokeapi/selector.hpp"
#include "system/directory.hpp"
#include "text/output_template.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spritefarm::farm {

/// What earlier runs have left: the cache database and the files on disk. For each document and each image it
/// decides whether a run needs a request.
///
///     document   fresh, or of the dataset that `meta/` names   no request      else    conditional request
///     image      fresh, and its file is as it was written      no request      stale   conditional request
///                file gone or altered, or another URL          plain request
///
/// Owned by the coordinator, used by the main thread; no worker opens the database. Without a database (dry
/// run, locked by another run, failed) every look-up misses and nothing is stored: that costs requests and
/// never fails a run.
class HttpCache {
 public:
  struct Settings {
    bool remember = false;  ///< keep a database
    bool refresh = false;   ///< everything is stale
    bool verify = false;    ///< hash the files
    std::string output;
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
  /// The files of earlier runs whose sprite is known and that still exist.
  using TakeStored =
      std::function<void(const pokeapi::Record& record, const std::string& key, const std::string& path)>;
  void for_each_stored(const TakeStored& take);
  /// Commits what was stored. store() does so now and then.
  void commit();

 private:
  using Clock = std::chrono::steady_clock;

  template <typename Operation>
  auto with_ledger(Operation operation);
  std::optional<cache::LedgerDocument> document(const std::string& url);
  bool is_current(const cache::LedgerDocument& document);
  const std::string& dataset();
  std::optional<CachedImage> find_image(const pokeapi::Record& record, const SpriteResult& sprite);
  [[nodiscard]] bool is_intact(const std::string& path, const cache::LedgerImage& image) const;

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
