#include "farm/farm_pokemon.hpp"

#include "cache/record_codec.hpp"
#include "farm/downloader.hpp"
#include "farm/fetched_listing.hpp"
#include "farm/server_time.hpp"
#include "farm/sprite_choice.hpp"
#include "image/image.hpp"
#include "pokeapi/digest.hpp"
#include "pokeapi/etag.hpp"
#include "pokeapi/named_pokemon.hpp"
#include "pokeapi/record.hpp"
#include "posix/threads.hpp"
#include "system/cpu_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

namespace spritefarm::farm {
namespace {

using image::ImageKind;

struct Image {
  ImageKind kind = ImageKind::png;
  std::string bytes;
  net::Validators validators;
};

std::chrono::nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

SpriteChoice choice(const Downloader& downloader) {
  return {downloader.settings().selector, downloader.settings().path_template};
}

StoredResponse stored(const net::HttpResponse& response) {
  return {response.validators, response.freshness_lifetime};
}

Task<std::optional<pokeapi::Record>> get_record(Downloader& downloader, const FarmTask& task,
                                                FarmResult& result) {
  std::optional<pokeapi::Record> record;
  if (task.record) record = cache::decode_record(task.record->content);
  if (record && !task.record->needs_revalidation) co_return record;

  net::HttpRequest request;
  request.url = task.url;
  request.compressed = true;
  if (record) request.known = task.record->validators;
  request.capture_header = dataset_header;
  request.check = [&](const net::HttpResponse& response) -> Result<void> {
    if (Result<void> verified = pokeapi::verify_etag(response.body, response.validators.etag); !verified)
      return verified;
    Result<pokeapi::Record> parsed = pokeapi::parse_record(response.body, response.url);
    if (!parsed) return parsed.error();
    record = *std::move(parsed);
    return check_record(task, *record);
  };
  const std::chrono::nanoseconds began = now();
  Task<net::HttpFetch> getting = downloader.get_document(std::move(request), result.count);
  const net::HttpFetch fetch = co_await std::move(getting);
  if (downloader.settings().times) result.record_times = PartTimes{began, fetch.times, {}, now()};
  if (!fetch.outcome) {
    FarmResult failed =
        failed_result(task, downloader.settings().sprite_keys, fetch.outcome.error().message, fetch.attempts);
    failed.count = result.count;
    failed.began = result.began;
    failed.worker = result.worker;
    failed.default_form = std::move(result.default_form);
    failed.record_times = std::move(result.record_times);
    failed.is_unknown = fetch.status == 404;
    result = std::move(failed);
    record.reset();
    co_return record;
  }
  if (downloader.settings().remembers)
    result.answer =
        StoredDocument{stored(*fetch.outcome), fetch.outcome->captured, cache::encode_record(*record)};
  co_return record;
}

/// Sets the task to the default form of the species that it names, if there is one. `result` is that of the
/// unknown pokémon.
Task<bool> find_default_form(Downloader& downloader, FarmTask& task, FarmResult& result) {
  const std::string url = pokeapi::species_url(task.url);
  Task<FetchedListing> getting = get_listing(downloader, url, pokeapi::Listing::species, {});
  FetchedListing species = co_await std::move(getting);
  result.count.add(species.count);
  if (!species.page) {
    if (species.status == 404) co_return false;
    result.is_unknown = false;
    for (SpriteResult& sprite : result.sprites) sprite.reason = species.page.error().message;
    co_return false;
  }
  pokeapi::IndexEntry& form = species.page->entries.front();
  FarmResult found;
  found.count = std::move(result.count);
  found.began = result.began;
  found.worker = result.worker;
  found.default_form = DefaultForm{*std::move(species.answer), url, form.url};
  result = std::move(found);
  task = {std::move(form.name), form.id, std::move(form.url)};
  co_return true;
}

/// The image that an earlier run stored for this sprite; null if its path would be another today.
const CachedImage* find_known(const Downloader& downloader, const FarmTask& task,
                              const pokeapi::Record& record, const SpriteResult& sprite) {
  for (const CachedImage& known : task.images)
    if (known.key == sprite.key && known.url == sprite.url) {
      const Result<std::string> path = choice(downloader).path(record, known.key, known.extension);
      if (path && *path == known.path) return &known;
    }
  return nullptr;
}

/// Fetches the image. None if it failed or is unchanged; then `sprite` has the reason or the status.
Task<std::optional<Image>> get_image(Downloader& downloader, const CachedImage* known, SpriteResult& sprite,
                                     FarmResult& result) {
  Image image;
  net::HttpRequest request;
  request.url = sprite.url;
  request.max_bytes = image::max_bytes;
  if (known) request.known = known->validators;
  request.check = [&image, &sprite](const net::HttpResponse& response) -> Result<void> {
    const Result<image::CheckedImage> checked = image::check_image(response.body);
    if (!checked) return checked.error();
    image.kind = checked->kind;
    sprite.bytes_after_end = checked->bytes_after_end;
    return {};
  };
  Task<net::HttpFetch> getting = downloader.get(std::move(request), result.count);
  net::HttpFetch fetch = co_await std::move(getting);
  sprite.attempts = fetch.attempts;
  if (sprite.times) sprite.times->attempts = std::move(fetch.times);
  if (!fetch.outcome) {
    sprite.reason = fetch.outcome.error().message;
    co_return std::nullopt;
  }
  image.bytes = std::move(fetch.outcome->body);
  image.validators = fetch.outcome->validators;
  if (downloader.settings().remembers)
    sprite.answer = StoredImage{stored(*fetch.outcome), {}, pokeapi::sha256(image.bytes)};
  if (known && (fetch.outcome->status == 304 || (sprite.answer && sprite.answer->sha256 == known->sha256))) {
    mark_unchanged(sprite, *known);
    co_return std::nullopt;
  }
  co_return image;
}

void save_file(const Downloader& downloader, const pokeapi::Record& record, Image image, SpriteResult& sprite,
               FarmResult& result) {
  Result<std::string> path = choice(downloader).path(record, sprite.key, image::extension(image.kind));
  if (!path) {
    sprite.reason = path.error().message;
    return;
  }
  sprite.path = *std::move(path);
  SpriteFile file{std::move(image.bytes)};
  if (downloader.settings().server_times) file.changed = server_time(image.validators);
  downloader.save(std::move(file), sprite, result);
}

/// image → file, for one sprite.
Task<SpriteResult> farm_sprite(Downloader& downloader, const FarmTask& task, const pokeapi::Record& record,
                               SpriteResult sprite, FarmResult& result) {
  if (downloader.settings().dry_run) co_return sprite;
  const CachedImage* const known = find_known(downloader, task, record, sprite);
  if (known && !known->needs_revalidation) {
    mark_unchanged(sprite, *known);
    co_return sprite;
  }
  sprite.status = SpriteStatus::failed;
  if (downloader.settings().times) sprite.times = PartTimes{now(), {}, {}, {}};
  Task<std::optional<Image>> getting = get_image(downloader, known, sprite, result);
  std::optional<Image> image = co_await std::move(getting);
  if (image) {
    system::spend_cpu_time(downloader.settings().compute);
    if (sprite.times) sprite.times->write_began = now();
    save_file(downloader, record, *std::move(image), sprite, result);
  }
  const std::chrono::nanoseconds ended = now();
  if (sprite.times) sprite.times->ended = ended;
  sprite.took = ended - result.began;
  co_return sprite;
}

}  // namespace

Task<FarmResult> farm_pokemon(FarmTask task) {
  return farm_with(Downloader::current(), std::move(task));
}

Task<FarmResult> farm_with(Downloader& downloader, FarmTask task) {
  const cli::ActivityBoard::Row::Work work(downloader.row(), display_name(task.name, task.id));
  FarmResult result;
  result.began = now();
  result.worker = posix::thread_id();
  Task<std::optional<pokeapi::Record>> getting = get_record(downloader, task, result);
  std::optional<pokeapi::Record> record = co_await std::move(getting);
  if (!record && result.is_unknown && task.id == 0) {
    Task<bool> finding = find_default_form(downloader, task, result);
    if (co_await std::move(finding)) {
      Task<std::optional<pokeapi::Record>> getting_form = get_record(downloader, task, result);
      record = co_await std::move(getting_form);
    }
  }
  if (!record) {
    result.ended = now();
    co_return result;
  }
  result.name = record->name;
  result.id = record->id;

  std::vector<Task<SpriteResult>> farming;
  for (SpriteResult& sprite : choice(downloader).choose(*record, task.url, result))
    farming.push_back(farm_sprite(downloader, task, *record, std::move(sprite), result));
  Task<std::vector<SpriteResult>> all = when_all(std::move(farming));
  std::vector<SpriteResult> farmed = co_await std::move(all);
  std::move(farmed.begin(), farmed.end(), std::back_inserter(result.sprites));
  result.ended = now();
  co_return result;
}

void mark_unchanged(SpriteResult& sprite, const CachedImage& known) {
  sprite.status = SpriteStatus::unchanged;
  sprite.path = known.path;
  if (!sprite.answer) return;
  sprite.answer->stamp = known.stamp;
  sprite.answer->sha256 = known.sha256;
}

FarmResult failed_result(const FarmTask& task, const std::vector<std::string>& sprite_keys,
                         const std::string& reason, int attempts) {
  FarmResult result;
  result.name = task.name;
  result.id = task.id;
  for (const std::string& key : sprite_keys)
    result.sprites.push_back({key, task.url, SpriteStatus::failed, reason, attempts});
  return result;
}

}  // namespace spritefarm::farm
