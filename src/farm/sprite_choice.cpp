#include "farm/sprite_choice.hpp"

#include "image/image.hpp"
#include "net/url.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace spritefarm::farm {
namespace {

using image::ImageKind;

constexpr std::size_t max_quoted_url = 100;

/// The extension that the URL suggests. The image decides in the end.
std::string_view expected_extension(std::string_view url) {
  for (const ImageKind kind : {ImageKind::gif, ImageKind::svg})
    if (url.ends_with(image::extension(kind))) return image::extension(kind);
  return image::extension(ImageKind::png);
}

}  // namespace

Result<std::string> SpriteChoice::path(const pokeapi::Record& record, std::string_view key,
                                       std::string_view extension) const {
  return path_template.path({record.name, record.id, key, extension});
}

std::vector<SpriteResult> SpriteChoice::choose(const pokeapi::Record& record, std::string_view url,
                                               FarmResult& result) const {
  const pokeapi::Selection selection = selector.select(record);
  for (const std::string& key : selection.missing) result.sprites.push_back({key, {}, SpriteStatus::missing});
  for (const std::string& key : selection.unknown)
    result.sprites.push_back(
        {key, {}, SpriteStatus::failed, "the record has no sprite with this key; see --sprite in --help"});

  const auto checked_path = [&](const pokeapi::SpriteLeaf& leaf) -> Result<std::string> {
    const bool is_plain = net::is_plain_url(leaf.url);
    const std::optional<net::Url> parsed = is_plain ? std::nullopt : net::parse_url(leaf.url);
    const bool is_secure = parsed ? parsed->scheme == "https" : leaf.url.starts_with("https:");
    if ((!is_plain && !parsed) || (url.starts_with("https:") && !is_secure))
      return Error{fmt::format("the record says '{}', which is no {}",
                               text::excerpt(leaf.url, max_quoted_url), net::kind_of_links(url))};
    return path(record, leaf.key, expected_extension(leaf.url));
  };

  std::vector<SpriteResult> chosen;
  std::set<std::string> taken;
  for (const pokeapi::SpriteLeaf& leaf : selection.present) {
    SpriteResult sprite{leaf.key, leaf.url, SpriteStatus::planned};
    const Result<std::string> found = checked_path(leaf);
    if (found && taken.insert(*found).second) {
      sprite.path = *found;
      chosen.push_back(std::move(sprite));
      continue;
    }
    sprite.status = SpriteStatus::failed;
    sprite.reason =
        found
            ? fmt::format(
                  "another sprite of this pokémon has the path {}; choose a --template that tells them apart",
                  *found)
            : found.error().message;
    result.sprites.push_back(std::move(sprite));
  }
  return chosen;
}

Result<void> check_record(const FarmTask& task, const pokeapi::Record& record) {
  const bool is_same = task.id != 0 ? task.id == record.id : task.name.empty() || task.name == record.name;
  if (is_same) return {};
  return Error{fmt::format("the response is the record of '{}' ({}), not of {}", text::excerpt(record.name),
                           record.id, display_name(task.name, task.id))};
}

}  // namespace spritefarm::farm
