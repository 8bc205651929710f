#include "farm/http_cache.hpp"

#include "cache/record_codec.hpp"
#include "farm/farm_pokemon.hpp"
#include "image/image.hpp"
#include "pokeapi/digest.hpp"
#include "system/file_stamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spritefarm::farm {
namespace {

// A run that is killed loses what it stored in at most this time.
constexpr std::chrono::milliseconds batch_time{5};

// The kind of an image, and so the extension of its file, may differ from its URL.
constexpr std::array image_kinds{image::ImageKind::png, image::ImageKind::gif, image::ImageKind::svg};

/// Each share has its own ledger, so that several machines can write to one directory.
std::string ledger_path(const std::string& output, cli::Shard shard) {
  const std::string folder = std::filesystem::canonical(output).string();
  return shard.of == 1 ? folder + "/.spritefarm.db"
                       : fmt::format("{}/.spritefarm-{}-of-{}.db", folder, shard.which, shard.of);
}

std::int64_t seconds_now() {
  return std::time(nullptr);
}

}  // namespace

HttpCache::HttpCache(Settings settings, const cli::Messages& messages, FetchDatasetHash fetch_dataset_hash)
    : m_settings(std::move(settings)),
      m_messages(messages),
      m_fetch_dataset_hash(std::move(fetch_dataset_hash)),
      m_choice{m_settings.selector, m_settings.path_template},
      m_path(m_settings.remember ? ledger_path(m_settings.output, m_settings.shard) : "") {
  if (!m_settings.remember) return;
  m_output = system::Directory::open(m_settings.output);
  cache::OpenedLedger opened = cache::open_ledger(m_path);
  m_ledger = std::move(opened.ledger);
  if (opened.warning) m_messages.error(*opened.warning);
}

/// The result of `operation`; a default value if there is no ledger. After an error this run does without the
/// ledger.
template <typename Operation>
auto HttpCache::with_ledger(Operation operation) {
  using Answer = decltype(operation(*m_ledger));
  if (!m_ledger) return Answer{};
  try {
    return operation(*m_ledger);
  } catch (const cache::SqliteError& error) {
    m_ledger.reset();
    m_messages.error(fmt::format("the ledger {} failed ({}){}; this run continues without it", m_path,
                                 error.what(),
                                 error.is_damage() ? " and was renamed to " + cache::set_aside(m_path) : ""));
    return Answer{};
  }
}

std::optional<cache::LedgerDocument> HttpCache::document(const std::string& url) {
  return with_ledger([&](cache::Ledger& ledger) { return ledger.document(url); });
}

const std::string& HttpCache::dataset() {
  if (m_dataset) return *m_dataset;
  const std::string url = dataset_url(m_settings.base_url);
  if (const auto known = document(url); known && !m_settings.refresh && known->fresh_until > seconds_now())
    return m_dataset.emplace(known->content);
  DatasetHash answer = m_fetch_dataset_hash();
  if (!answer.hash) {
    m_messages.detail("the hash of the dataset is unknown: " + answer.hash.error().message);
    return m_dataset.emplace();
  }
  store(url, {{{}, answer.freshness_lifetime}, *answer.hash, *answer.hash});
  return m_dataset.emplace(*std::move(answer.hash));
}

bool HttpCache::is_current(const cache::LedgerDocument& document) {
  if (!m_settings.refresh && document.fresh_until > seconds_now()) return true;
  const std::string& current = dataset();
  return !current.empty() && document.dataset == current;
}

std::optional<CachedDocument> HttpCache::page(const std::string& url) {
  std::optional<cache::LedgerDocument> known = document(url);
  if (!known) return std::nullopt;
  const bool current = is_current(*known);
  return CachedDocument{std::move(known->content), std::move(known->validators), !current};
}

bool HttpCache::is_intact(const std::string& path, const cache::LedgerImage& image) const {
  if (system::stamp_of(*m_output, path) != system::FileStamp{image.size, image.changed}) return false;
  if (!m_settings.verify) return true;
  const std::optional<std::string> bytes =
      system::read_file(*m_output, path, static_cast<std::size_t>(image.size));
  return bytes && pokeapi::sha256(*bytes) == image.sha256;
}

std::optional<CachedImage> HttpCache::find_image(const pokeapi::Record& record, const SpriteResult& sprite) {
  for (const image::ImageKind kind : image_kinds) {
    const std::string_view extension = image::extension(kind);
    const Result<std::string> path = m_choice.path(record, sprite.key, extension);
    if (!path) continue;
    std::optional<cache::LedgerImage> image =
        with_ledger([&](cache::Ledger& ledger) { return ledger.image(*path); });
    if (!image || image->url != sprite.url || !is_intact(*path, *image)) continue;
    return CachedImage{sprite.key,
                       sprite.url,
                       *path,
                       std::string(extension),
                       std::move(image->validators),
                       {image->size, image->changed},
                       std::move(image->sha256),
                       m_settings.refresh || image->fresh_until <= seconds_now()};
  }
  return std::nullopt;
}

std::optional<FarmResult> HttpCache::look_up(FarmTask& task) {
  std::optional<cache::LedgerDocument> known = document(task.url);
  if (!known) return std::nullopt;
  const std::optional<pokeapi::Record> record = cache::decode_record(known->content);
  if (!record || !check_record(task, *record)) return std::nullopt;
  bool is_hit = is_current(*known);
  task.record = CachedDocument{std::move(known->content), std::move(known->validators), !is_hit};

  FarmResult result;
  result.name = record->name;
  result.id = record->id;
  for (SpriteResult& chosen : m_choice.choose(*record, result)) {
    if (std::optional<CachedImage> image = find_image(*record, chosen)) {
      mark_unchanged(chosen, *image);
      is_hit = is_hit && !image->needs_revalidation;
      task.images.push_back(*std::move(image));
    } else {
      is_hit = false;
    }
    result.sprites.push_back(std::move(chosen));
  }
  if (!is_hit) return std::nullopt;
  return result;
}

void HttpCache::store(const std::string& url, const StoredDocument& document) {
  const std::string& dataset = document.dataset.empty() && m_dataset ? *m_dataset : document.dataset;
  with_ledger([&](cache::Ledger& ledger) {
    if (ledger.uncommitted() == 0) m_commit_at = Clock::now() + batch_time;
    ledger.store(url, cache::LedgerDocument{document.answered.validators,
                                            seconds_now() + document.answered.freshness_lifetime.count(),
                                            dataset, document.content});
    return true;
  });
}

void HttpCache::store(const FarmTask& task, const FarmResult& result) {
  if (result.answer) store(task.url, *result.answer);
  with_ledger([&](cache::Ledger& ledger) {
    if (ledger.uncommitted() == 0) m_commit_at = Clock::now() + batch_time;
    for (const SpriteResult& sprite : result.sprites)
      if (sprite.answer &&
          (sprite.status == SpriteStatus::downloaded || sprite.status == SpriteStatus::unchanged))
        ledger.store(sprite.path,
                     cache::LedgerImage{sprite.url, sprite.answer->answered.validators,
                                        seconds_now() + sprite.answer->answered.freshness_lifetime.count(),
                                        sprite.answer->stamp.size, sprite.answer->stamp.changed,
                                        sprite.answer->sha256});
    if (Clock::now() >= m_commit_at) ledger.commit();
    return true;
  });
}

void HttpCache::for_each_stored(const TakeStored& take) {
  struct Leaf {
    std::size_t record;
    std::string key;
  };
  std::vector<pokeapi::Record> records;
  std::unordered_multimap<std::string, Leaf> leaves;  // by URL; several leaves may have the same
  const auto belongs = [&](const Leaf& leaf, const std::string& path) {
    return std::any_of(image_kinds.begin(), image_kinds.end(), [&](image::ImageKind kind) {
      const Result<std::string> own = m_choice.path(records[leaf.record], leaf.key, image::extension(kind));
      return own && *own == path;
    });
  };
  with_ledger([&](cache::Ledger& ledger) {
    ledger.each_document([&](const std::string& content) {
      std::optional<pokeapi::Record> record = cache::decode_record(content);
      if (!record) return;
      for (pokeapi::SpriteLeaf& leaf : record->sprites)
        if (!leaf.url.empty()) leaves.emplace(std::move(leaf.url), Leaf{records.size(), std::move(leaf.key)});
      records.push_back({record->id, std::move(record->name), {}});
    });
    ledger.each_image([&](const std::string& path, const std::string& url) {
      if (!system::stamp_of(*m_output, path)) return;
      const auto [first, last] = leaves.equal_range(url);
      auto leaf = first;
      if (first != last && std::next(first) != last)
        leaf = std::find_if(first, last, [&](const auto& one) { return belongs(one.second, path); });
      if (leaf != last) take(records[leaf->second.record], leaf->second.key, path);
    });
    return true;
  });
}

void HttpCache::commit() {
  with_ledger([](cache::Ledger& ledger) {
    ledger.commit();
    return true;
  });
}

}  // namespace spritefarm::farm
