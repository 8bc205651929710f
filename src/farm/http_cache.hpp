#pragma once

#include "cache/ledger.hpp"
#include "cli/messages.hpp"
#include "cli/options.hpp"
#include "farm/dataset_hash.hpp"
#include "farm/farm_task.hpp"
#include "farm/sprite_choice.hpp"
#include "system/directory.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace spritefarm::farm {

/// What is there already, and what of it is as good as new: answers from the ledger and the files on disk, for each
/// document and image, whether it is to be fetched, to be asked about, or simply there.
///
///     document   fresh, or of the dataset that `meta/` names   no request          else   conditional request
///     image      fresh, and its file is as it was written      no request          stale  conditional request
///                its file is gone or altered, or its URL is another                       plain request
///
/// The coordinator's, on its thread, except for commit(); the only one that has the ledger, which no worker ever opens.
/// Without a ledger (a dry run, another run has it, it fails), nothing is known and nothing kept: that costs requests,
/// and never fails a run.
class HttpCache {
 public:
  /// Asks the API which dataset it serves; done once in a run, at most, and only if something is known.
  using FetchDatasetHash = std::function<DatasetHash()>;

  /// To be made after the last fork of this process.
  HttpCache(const cli::Options& options, const cli::Messages& messages, FetchDatasetHash fetch_dataset_hash);

  /// A page of the index; none where it is unknown.
  std::optional<CachedDocument> page(const std::string& url);
  /// Adds to a task what is known of it. Where nobody needs to be asked, and all is there, the result.
  std::optional<FarmResult> look_up(FarmTask& task);

  /// Keeps what servers have answered, and the files that came of it, for a later run.
  void store(const std::string& url, const StoredDocument& document);
  void store(const FarmTask& task, const FarmResult& result);
  /// What earlier runs have made, as far as the ledger knows whose it is and its file is still there.
  using TakeStored =
      std::function<void(const pokeapi::Record& record, const std::string& key, const std::string& path)>;
  void for_each_stored(const TakeStored& take);
  /// Makes certain what was kept; otherwise that happens now and then. Any thread may.
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

  const cli::Options& m_options;
  const cli::Messages& m_messages;
  const FetchDatasetHash m_fetch_dataset_hash;
  const SpriteChoice m_choice;
  const std::string m_path;
  std::optional<system::Directory> m_output;
  std::optional<std::string> m_dataset;  // known in this run; an empty one cannot be had

  std::mutex m_mutex;
  std::unique_ptr<cache::Ledger> m_ledger;
  Clock::time_point m_commit_at;
};

}  // namespace spritefarm::farm
