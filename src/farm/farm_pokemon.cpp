#include "farm/farm_pokemon.hpp"

#include "farm/downloader.hpp"
#include "farm/messages.hpp"
#include "posix/cpu_time.hpp"
#include "sprite/document_tag.hpp"
#include "sprite/image.hpp"
#include "sprite/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace spritefarm::farm {
namespace {

using sprite::ImageKind;

struct Image {
  ImageKind kind = ImageKind::png;
  std::string bytes;
};

std::chrono::nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

/// Whether it is the one that was asked for: not if a cache or a proxy mixed two up.
std::optional<Error> wrong_record(const FarmTask& task, const sprite::Record& record) {
  if ((task.name.empty() || task.name == record.name) && (task.id == 0 || task.id == record.id))
    return std::nullopt;
  return Error{fmt::format("this is the record of '{}' ({}), not of {}", excerpt(record.name), record.id,
                           display_name(task.name, task.id))};
}

Task<std::optional<sprite::Record>> get_record(Downloader& downloader, const FarmTask& task,
                                               FarmResult& result) {
  std::optional<sprite::Record> record;
  net::HttpRequest request;
  request.url = task.url;
  request.compressed = true;
  request.check = [&](const net::HttpResponse& response) -> std::optional<Error> {
    if (std::optional<Error> wrong = sprite::contradiction(response.body, response.etag)) return wrong;
    Result<sprite::Record> parsed = sprite::parse_record(response.body);
    if (!parsed) return parsed.error();
    record = *std::move(parsed);
    return wrong_record(task, *record);
  };
  Task<net::HttpFetch> getting = downloader.get(std::move(request), result.count);
  const net::HttpFetch fetch = co_await std::move(getting);
  if (!fetch.outcome) {
    FarmResult failed =
        all_failed(task, downloader.settings().sprite_keys, fetch.outcome.error().message, fetch.attempts);
    failed.count = result.count;
    failed.began = result.began;
    result = std::move(failed);
    record.reset();
  }
  co_return record;
}

/// What the extension of the file will be, unless the image turns out to be of another kind than its URL
/// says.
std::string_view expected_extension(std::string_view url) {
  for (const ImageKind kind : {ImageKind::gif, ImageKind::svg})
    if (url.ends_with(sprite::extension(kind))) return sprite::extension(kind);
  return sprite::extension(ImageKind::png);
}

Result<std::string> file_path(const Downloader& downloader, const sprite::Record& record,
                              const std::string& key, std::string_view extension) {
  return downloader.settings().path_template.path({record.name, record.id, key, extension});
}

/// The chosen sprites that can be fetched; of the others, `result` tells what keeps them from it. No two of
/// them have the same path.
std::vector<SpriteResult> choose_sprites(const Downloader& downloader, const sprite::Record& record,
                                         FarmResult& result) {
  const sprite::Selection selection = downloader.settings().selector.select(record);
  for (const std::string& key : selection.missing) result.sprites.push_back({key, {}, SpriteStatus::missing});
  for (const std::string& key : selection.unknown)
    result.sprites.push_back(
        {key, {}, SpriteStatus::failed, "its record has no sprite of that key: see --sprite in --help"});

  std::vector<SpriteResult> chosen;
  std::set<std::string> taken;
  for (const sprite::SpriteLeaf& leaf : selection.present) {
    SpriteResult sprite{leaf.key, leaf.url, SpriteStatus::planned};
    const Result<std::string> path = file_path(downloader, record, leaf.key, expected_extension(leaf.url));
    if (path && taken.insert(*path).second) {
      sprite.path = *path;
      chosen.push_back(std::move(sprite));
      continue;
    }
    sprite.status = SpriteStatus::failed;
    sprite.reason =
        path ? fmt::format("another sprite of it has the path {} already: tell them apart with --template",
                           *path)
             : path.error().message;
    result.sprites.push_back(std::move(sprite));
  }
  return chosen;
}

Task<std::optional<Image>> get_image(Downloader& downloader, SpriteResult& sprite, FarmResult& result) {
  Image image;
  net::HttpRequest request;
  request.url = sprite.url;
  request.check = [&image](const net::HttpResponse& response) -> std::optional<Error> {
    const Result<ImageKind> kind = sprite::check_image(response.body);
    if (!kind) return kind.error();
    image.kind = *kind;
    return std::nullopt;
  };
  Task<net::HttpFetch> getting = downloader.get(std::move(request), result.count);
  net::HttpFetch fetch = co_await std::move(getting);
  sprite.attempts = fetch.attempts;
  if (!fetch.outcome) {
    sprite.reason = fetch.outcome.error().message;
    co_return std::nullopt;
  }
  image.bytes = std::move(fetch.outcome->body);
  co_return image;
}

/// Whether after this no other file can be written either.
bool ends_all_writing(const std::error_code& error) {
  constexpr std::array<int, 4> fatal{ENOSPC, EDQUOT, EROFS, EIO};
  return std::find(fatal.begin(), fatal.end(), error.value()) != fatal.end();
}

void save_file(const Downloader& downloader, const sprite::Record& record, const Image& image,
               SpriteResult& sprite, FarmResult& result) {
  Result<std::string> path = file_path(downloader, record, sprite.key, sprite::extension(image.kind));
  if (!path) {
    sprite.reason = path.error().message;
    return;
  }
  sprite.path = *std::move(path);
  try {
    downloader.save(sprite.path, image.bytes);
    sprite.bytes = image.bytes.size();
    sprite.status = SpriteStatus::downloaded;
  } catch (const std::system_error& error) {
    sprite.reason = fmt::format("{}/{}: {}", downloader.settings().output, sprite.path, error.what());
    if (ends_all_writing(error.code())) result.output_error = sprite.reason;
  }
}

/// image → file, for one sprite.
Task<SpriteResult> farm_sprite(Downloader& downloader, const sprite::Record& record, SpriteResult sprite,
                               FarmResult& result) {
  if (downloader.settings().dry_run) co_return sprite;
  sprite.status = SpriteStatus::failed;
  Task<std::optional<Image>> getting = get_image(downloader, sprite, result);
  const std::optional<Image> image = co_await std::move(getting);
  if (image) {
    posix::spend_cpu_time(downloader.settings().compute);
    save_file(downloader, record, *image, sprite, result);
  }
  sprite.took = now() - result.began;
  co_return sprite;
}

}  // namespace

Task<FarmResult> farm_pokemon(FarmTask task) {
  Downloader& downloader = Downloader::current();
  FarmResult result;
  result.began = now();
  Task<std::optional<sprite::Record>> getting = get_record(downloader, task, result);
  const std::optional<sprite::Record> record = co_await std::move(getting);
  if (!record) co_return result;
  result.name = record->name;
  result.id = record->id;

  std::vector<Task<SpriteResult>> farming;
  for (SpriteResult& sprite : choose_sprites(downloader, *record, result))
    farming.push_back(farm_sprite(downloader, *record, std::move(sprite), result));
  Task<std::vector<SpriteResult>> all = when_all(std::move(farming));
  std::vector<SpriteResult> farmed = co_await std::move(all);
  std::move(farmed.begin(), farmed.end(), std::back_inserter(result.sprites));
  co_return result;
}

FarmResult all_failed(const FarmTask& task, const std::vector<std::string>& sprite_keys,
                      const std::string& reason, int attempts) {
  FarmResult result;
  result.name = task.name;
  result.id = task.id;
  for (const std::string& key : sprite_keys)
    result.sprites.push_back({key, task.url, SpriteStatus::failed, reason, attempts});
  return result;
}

}  // namespace spritefarm::farm
