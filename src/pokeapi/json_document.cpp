#include "pokeapi/json_document.hpp"

namespace spritefarm::pokeapi {

Result<simdjson::dom::object> parse_json_object(const std::string& document) {
  thread_local simdjson::dom::parser parser;
  if (const std::size_t first = document.find_first_not_of(" \t\r\n"); first == document.npos)
    return Error{"received an empty response instead of JSON; try again later"};
  else if (document[first] == '<')
    return Error{"received an HTML page instead of JSON; check the base URL"};
  simdjson::dom::element root;
  if (const auto error = parser.parse(document).get(root))
    return Error{std::string("invalid or truncated JSON: ") + simdjson::error_message(error)};
  simdjson::dom::object object;
  if (root.get(object)) return Error{"the JSON is not an object; check the base URL"};
  return object;
}

}  // namespace spritefarm::pokeapi
