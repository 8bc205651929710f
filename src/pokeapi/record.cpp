#include "pokeapi/record.hpp"

#include "net/credentials.hpp"
#include "net/url.hpp"
#include "pokeapi/json_document.hpp"

#include <limits>
#include <optional>
#include <utility>

namespace spritefarm::pokeapi {
namespace {

// The real tree is 5 levels deep. Deeper leaves are left out; collect() is recursive, and the stack is
// limited.
constexpr int max_depth = 32;

Error not_a_record(const std::string& what) {
  return Error{"the JSON is not a pokémon record: " + what + "; check the base URL"};
}

/// Collects the leaves of a `sprites` tree.
class LeafCollector {
 public:
  LeafCollector(const std::string& base, std::vector<SpriteLeaf>& leaves) : m_base(base), m_leaves(leaves) {}

  /// Adds all leaves below `node`, which is at `path`.
  Result<void> collect(simdjson::dom::object node, const std::string& path, int depth) {
    for (const auto field : node) {
      SpriteLeaf leaf{path.empty() ? std::string(field.key) : path + '.' + std::string(field.key), {}};
      simdjson::dom::object child;
      std::string_view url;
      const bool is_leaf = field.value.is_null() || !field.value.get(url);
      if (is_leaf) leaf.url = net::drop_credentials(resolved(url));
      // An inner node counts, too: its key was built in memory.
      if (bytes_of(leaf) > m_bytes_left) return not_a_record("its `sprites` are too large");
      m_bytes_left -= bytes_of(leaf);
      if (is_leaf)
        m_leaves.push_back(std::move(leaf));
      else if (!field.value.get(child) && depth < max_depth)
        if (Result<void> collected = collect(child, leaf.key, depth + 1); !collected) return collected;
    }
    return {};
  }

 private:
  /// A URL that cannot be resolved stays as it is: it fails when its sprite is selected.
  [[nodiscard]] std::string resolved(std::string_view text) const {
    if (text.empty() || net::is_plain_url(text)) return std::string(text);
    const std::optional<net::Url> url = net::resolve_url(m_base, std::string(text));
    return url ? url->text : std::string(text);
  }

  const std::string& m_base;
  std::vector<SpriteLeaf>& m_leaves;
  std::size_t m_bytes_left = Record::max_bytes;
};

}  // namespace

Result<Record> parse_record(const std::string& document, const std::string& url) {
  const Result<simdjson::dom::object> root = parse_json_object(document);
  if (!root) return root.error();
  Record record;
  std::uint64_t id = 0;
  std::string_view name;
  simdjson::dom::object sprites;
  if (root->at_key("id").get(id) || id > std::numeric_limits<std::uint32_t>::max())
    return not_a_record("it has no `id`");
  if (root->at_key("name").get(name)) return not_a_record("it has no `name`");
  if (root->at_key("sprites").get(sprites)) return not_a_record("it has no `sprites`");
  record.id = static_cast<std::uint32_t>(id);
  record.name = name;
  if (const auto collected = LeafCollector(url, record.sprites).collect(sprites, {}, 1); !collected)
    return collected.error();
  return record;
}

}  // namespace spritefarm::pokeapi
