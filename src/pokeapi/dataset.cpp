#include "pokeapi/dataset.hpp"

#include "pokeapi/json_document.hpp"

#include <string_view>

namespace spritefarm::pokeapi {

Result<std::string> parse_dataset_hash(const std::string& document) {
  const Result<simdjson::dom::object> root = parse_json_object(document);
  if (!root) return root.error();
  std::string_view hash;
  if (root->at_key("hash").get(hash) || hash.empty())
    return Error{"the JSON has no `hash` of the dataset; check the base URL"};
  return std::string(hash);
}

}  // namespace spritefarm::pokeapi
