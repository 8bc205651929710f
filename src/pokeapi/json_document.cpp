#include "pokeapi/json_document.hpp"

namespace spritefarm::pokeapi {

Result<simdjson::dom::object> parse_json_object(const std::string& document) {
  thread_local simdjson::dom::parser parser;
  if (const std::size_t first = document.find_first_not_of(" \t\r\n"); first == document.npos)
    return Error{"an empty answer instead of JSON"};
  else if (document[first] == '<')
    return Error{"a page of HTML instead of JSON; check the base URL"};
  simdjson::dom::element root;
  if (const auto error = parser.parse(document).get(root))
    return Error{std::string("not JSON, or not all of it: ") + simdjson::error_message(error)};
  simdjson::dom::object object;
  if (root.get(object)) return Error{"JSON of another shape: an object was expected"};
  return object;
}

}  // namespace spritefarm::pokeapi
