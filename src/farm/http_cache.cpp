#include "farm/http_cache.hpp"

#include "cache/record_codec.hpp"
#include "farm/farm_pokemon.hpp"
#include "farm/server_time.hpp"
#include "image/image.hpp"
#include "pokeapi/digest.hpp"
#include "pokeapi/index_page.hpp"

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

// What the gallery and suggestions keep of the ledger in memory: several times what all real sprites need.
constexpr std::size_t max_kept = 64 << 20;

// The kind of an image, and so the extension of its file, may differ from its URL.
constexpr std::array image_kinds{image::ImageKind::png, image::ImageKind::gif, image::ImageKind::svg};

/// Symbolic links are resolved in what the user chose; SQLite follows none. In the output directory, each
/// share has its own ledger, so that several machines can write to it.
std::string ledger_path(const std::string& output, const std::string& ledger, cli::Shard shard) {
  if (!ledger.empty()) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(ledger);
    const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
    return error ? path : resolved;
  }
  const std::string folder = std::filesystem::canonical(output).string();
  return shard.of == 1 ? folder + "/.spritefarm.db"
                       : fmt::format("{}/.spritefarm-{}-of-{}.db", folder, shard.which, shard.of);
}

std::int64_t seconds_now() {
  return std::time(nullptr);
}

cache::Freshness freshness_of(const StoredResponse& response) {
  const std::int64_t now = seconds_now();
  return {now, now + response.freshness_lifetime.count()};
}

}  // namespace

HttpCache::HttpCache(Settings settings, const cli::Messages& messages, FetchDatasetHash fetch_dataset_hash)
    : m_settings(std::move(settings)),
      m_messages(messages),
      m_fetch_dataset_hash(std::move(fetch_dataset_hash)),
      m_choice{m_settings.selector, m_settings.path_template},
      m_path(m_settings.remember ? ledger_path(m_settings.output, m_settings.ledger, m_settings.shard) : "") {
  if (!m_settings.remember) return;
  m_output = system::Directory::open(m_settings.output);
  cache::OpenedLedger opened = cache::open_ledger(
      m_path, m_settings.ledger.empty() ? cache::ForeignFile::set_aside : cache::ForeignFile::refuse);
  m_ledger = std::move(opened.ledger);
  if (opened.warning) m_messages.error(*opened.warning);
  if (opened.note) m_messages.warning(*opened.note);
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
  if (const auto known = document(url); known && is_fresh(known->freshness))
    return m_dataset.emplace(known->content);
  DatasetHash answer = m_fetch_dataset_hash();
  if (!answer.hash) {
    m_messages.detail(
        {{"the hash of the dataset is unknown: " + answer.hash.error().message, cli::Tone::dim}});
    return m_dataset.emplace();
  }
  store(url, {{{}, answer.freshness_lifetime}, *answer.hash, *answer.hash});
  return m_dataset.emplace(*std::move(answer.hash));
}

bool HttpCache::is_fresh(const cache::Freshness& freshness) const {
  return !m_settings.refresh && freshness.covers(seconds_now());
}

bool HttpCache::is_current(const cache::LedgerDocument& document) {
  if (is_fresh(document.freshness)) return true;
  const std::string& current = dataset();
  return !current.empty() && document.dataset == current;
}

std::optional<CachedDocument> HttpCache::page(const std::string& url) {
  std::optional<cache::LedgerDocument> known = document(url);
  if (!known) return std::nullopt;
  const bool current = is_current(*known);
  return CachedDocument{std::move(known->content), std::move(known->validators), !current};
}

std::optional<system::FileStamp> HttpCache::intact_stamp(const std::string& path,
                                                         const cache::LedgerImage& image) const {
  const std::optional<system::FileStamp> stamp = system::stamp_of(*m_output, path);
  if (!stamp || stamp->size != image.size || stamp->size > image::max_bytes) return std::nullopt;
  if (stamp->changed == image.changed && !m_settings.verify) return stamp;
  const std::optional<system::StampedFile> file =
      system::read_file(*m_output, path, static_cast<std::size_t>(image.size));
  if (!file || pokeapi::sha256(file->bytes) != image.sha256) return std::nullopt;
  return file->stamp;
}

system::FileStamp HttpCache::with_server_time(const std::string& path, const net::Validators& validators,
                                              const system::FileStamp& stamp) const {
  if (!m_settings.server_times) return stamp;
  const std::optional<std::int64_t> time = server_time(validators);
  if (!time || *time == stamp.changed) return stamp;
  return system::change_time(*m_output, path, stamp, *time).value_or(stamp);
}

std::optional<CachedImage> HttpCache::find_image(const pokeapi::Record& record, const SpriteResult& sprite) {
  for (const image::ImageKind kind : image_kinds) {
    const std::string_view extension = image::extension(kind);
    const Result<std::string> path = m_choice.path(record, sprite.key, extension);
    if (!path) continue;
    std::optional<cache::LedgerImage> image =
        with_ledger([&](cache::Ledger& ledger) { return ledger.image(*path, sprite.url); });
    if (!image) continue;
    std::optional<system::FileStamp> stamp = intact_stamp(*path, *image);
    if (!stamp) continue;
    stamp = with_server_time(*path, image->validators, *stamp);
    if (stamp->changed != image->changed) {
      image->changed = stamp->changed;
      with_ledger([&](cache::Ledger& ledger) {
        put(ledger, *path, *image);
        return true;
      });
    }
    return CachedImage{sprite.key,
                       sprite.url,
                       *path,
                       std::string(extension),
                       std::move(image->validators),
                       *stamp,
                       std::move(image->sha256),
                       !is_fresh(image->freshness)};
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
  for (SpriteResult& chosen : m_choice.choose(*record, task.url, result)) {
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

void HttpCache::begin_batch(const cache::Ledger& ledger) {
  if (ledger.uncommitted() == 0) m_commit_at = Clock::now() + batch_time;
}

void HttpCache::put(cache::Ledger& ledger, const std::string& path, const cache::LedgerImage& image) {
  begin_batch(ledger);
  ledger.store(path, image);
}

void HttpCache::store(const std::string& url, const StoredDocument& document) {
  const std::string& dataset = document.dataset.empty() && m_dataset ? *m_dataset : document.dataset;
  with_ledger([&](cache::Ledger& ledger) {
    begin_batch(ledger);
    ledger.store(url, cache::LedgerDocument{document.answered.validators, freshness_of(document.answered),
                                            dataset, document.content});
    return true;
  });
}

void HttpCache::store(const FarmTask& task, const FarmResult& result) {
  if (result.answer) store(result.default_form ? result.default_form->record_url : task.url, *result.answer);
  if (result.default_form) store(result.default_form->species_url, result.default_form->species);
  with_ledger([&](cache::Ledger& ledger) {
    for (const SpriteResult& sprite : result.sprites) {
      if (!sprite.answer ||
          (sprite.status != SpriteStatus::downloaded && sprite.status != SpriteStatus::unchanged))
        continue;
      const auto& [answered, stamp, sha256] = *sprite.answer;
      put(ledger, sprite.path,
          {sprite.url, answered.validators, freshness_of(answered), stamp.size,
           with_server_time(sprite.path, answered.validators, stamp).changed, sha256});
    }
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
  std::size_t kept = 0;
  with_ledger([&](cache::Ledger& ledger) {
    ledger.each_document([&](const std::string& content) {
      std::optional<pokeapi::Record> record = cache::decode_record(content);
      if (!record) return;
      kept += sizeof *record + record->name.size();
      for (const pokeapi::SpriteLeaf& leaf : record->sprites)
        if (!leaf.url.empty()) kept += pokeapi::bytes_of(leaf);
      if (kept > max_kept) return;
      for (pokeapi::SpriteLeaf& leaf : record->sprites) {
        if (leaf.url.empty()) continue;
        leaves.emplace(std::move(leaf.url), Leaf{records.size(), std::move(leaf.key)});
      }
      records.push_back({record->id, std::move(record->name), {}});
    });
    ledger.each_image([&](const std::string& path, const cache::LedgerImage& image) {
      const auto [first, last] = leaves.equal_range(image.url);
      if (first == last || !text::check_relative_path(path) || !intact_stamp(path, image)) return;
      auto leaf = first;
      if (std::next(first) != last)
        leaf = std::find_if(first, last, [&](const auto& one) { return belongs(one.second, path); });
      if (leaf != last) take(records[leaf->second.record], leaf->second.key, path);
    });
    return true;
  });
}

std::vector<std::string> HttpCache::names() {
  std::vector<std::string> names;
  std::size_t kept = 0;
  const auto keep = [&](std::string name) {
    kept += sizeof name + name.size();
    if (kept <= max_kept) names.push_back(std::move(name));
  };
  with_ledger([&](cache::Ledger& ledger) {
    ledger.each_document([&](const std::string& content) {
      if (std::optional<pokeapi::Record> record = cache::decode_record(content)) {
        keep(std::move(record->name));
      } else if (Result<pokeapi::IndexPage> page = pokeapi::parse_index_page(content, m_settings.base_url)) {
        for (pokeapi::IndexEntry& entry : page->entries) keep(std::move(entry.name));
      }
    });
    return true;
  });
  return names;
}

void HttpCache::commit() {
  with_ledger([](cache::Ledger& ledger) {
    ledger.commit();
    return true;
  });
}

void HttpCache::flush() {
  with_ledger([](cache::Ledger& ledger) {
    ledger.flush();
    return true;
  });
}

}  // namespace spritefarm::farm
