#include "mirror/generated_site.hpp"

#include "mirror/entity_tag.hpp"
#include "mirror/group_document.hpp"
#include "mirror/index_document.hpp"
#include "mirror/picture.hpp"
#include "mirror/record_document.hpp"
#include "mirror/sprite_tree.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace spritefarm::mirror {

GeneratedSite::GeneratedSite(std::size_t count)
    : m_catalogue(count), m_dataset_hash(sha1_hex(fmt::format("spritefarm mirror {}", count))) {}

SharedAnswer GeneratedSite::answer(const Request& request) {
  const std::string key =
      fmt::format("{} {} {}?{}", request.gzip, request.origin, request.path, request.query);
  return m_cache.get(key, [&] { return make(request); });
}

SharedAnswer GeneratedSite::make(const Request& request) const {
  constexpr std::string_view api = "/api/v2/";
  std::string_view path = request.path;
  if (path.substr(0, api.size()) == api) {
    path.remove_prefix(api.size());
    if (!path.empty() && path.back() == '/') path.remove_suffix(1);
    return make_api(request, path);
  }
  const FoundSprite sprite = find_sprite(m_catalogue, path);
  if (sprite.pokemon == nullptr) return not_found();
  return image_answer(sprite.leaf->extension, picture(*sprite.pokemon, *sprite.leaf));
}

SharedAnswer GeneratedSite::make_api(const Request& request, std::string_view resource) const {
  constexpr std::string_view records = "pokemon/";
  if (resource == "pokemon") {
    return json_answer(request,
                       index_document(m_catalogue, parse_page_request(request.query), request.origin),
                       m_dataset_hash);
  }
  if (resource == "meta") {
    return json_answer(
        request,
        fmt::format("{{\"deploy_date\":\"2025-04-09T00:00:00Z\",\"hash\":\"{}\",\"tag\":null}}",
                    m_dataset_hash),
        m_dataset_hash);
  }
  using Document = std::optional<std::string> (*)(const Catalogue&, std::string_view, std::string_view);
  constexpr std::array<std::pair<std::string_view, Document>, 3> groups{
      {{"type/", type_document},
       {"generation/", generation_document},
       {"pokemon-species/", species_document}}};
  for (const auto& [prefix, document] : groups)
    if (resource.starts_with(prefix)) {
      std::optional<std::string> found =
          document(m_catalogue, resource.substr(prefix.size()), request.origin);
      return found ? json_answer(request, *std::move(found), m_dataset_hash) : not_found();
    }
  if (resource.substr(0, records.size()) != records) return not_found();
  const Pokemon* pokemon = m_catalogue.find(resource.substr(records.size()));
  if (pokemon == nullptr) return not_found();
  return json_answer(request, record_document(*pokemon, request.origin), m_dataset_hash);
}

}  // namespace spritefarm::mirror
