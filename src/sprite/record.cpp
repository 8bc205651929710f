#include "sprite/record.hpp"

#include "sprite/json_document.hpp"

#include <limits>
#include <optional>

namespace spritefarm::sprite {
namespace {

// The PokéAPI's tree is 5 deep; a server that sends a deeper one shall not exhaust our stack.
constexpr int deepest_tree = 32;

Error wrong_shape(const std::string& what) {
  return Error{"JSON, but no pokemon record: " + what + "; check the base URL"};
}

/// Adds all leaves below `node`, whose own keys are `path`; what is wrong where it is no tree of URLs.
std::optional<Error> collect_leaves(simdjson::dom::object node, const std::string& path, int depth,
                                    std::vector<SpriteLeaf>& leaves) {
  if (depth > deepest_tree) return wrong_shape("its `sprites` are nested too deeply");
  for (const auto field : node) {
    const std::string key = path.empty() ? std::string(field.key) : path + '.' + std::string(field.key);
    simdjson::dom::object child;
    std::string_view url;
    if (field.value.is_null()) {
      leaves.push_back({key, {}});
    } else if (!field.value.get(url)) {
      leaves.push_back({key, std::string(url)});
    } else if (!field.value.get(child)) {
      if (std::optional<Error> wrong = collect_leaves(child, key, depth + 1, leaves)) return wrong;
    } else {
      return wrong_shape("a leaf of its `sprites` is neither a URL nor null");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Record> parse_record(const std::string& document) {
  const Result<simdjson::dom::object> root = parse_json_object(document);
  if (!root) return root.error();
  Record record;
  std::uint64_t id = 0;
  std::string_view name;
  simdjson::dom::object sprites;
  if (root->at_key("id").get(id) || id > std::numeric_limits<std::uint32_t>::max())
    return wrong_shape("it has no `id`");
  if (root->at_key("name").get(name)) return wrong_shape("it has no `name`");
  if (root->at_key("sprites").get(sprites)) return wrong_shape("it has no `sprites`");
  record.id = static_cast<std::uint32_t>(id);
  record.name = name;
  if (std::optional<Error> wrong = collect_leaves(sprites, {}, 1, record.sprites)) return *std::move(wrong);
  return record;
}

}  // namespace spritefarm::sprite
