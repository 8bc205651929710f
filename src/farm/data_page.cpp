#include "farm/data_page.hpp"

#include <stdexcept>

namespace spritefarm::farm {

std::string page_with_data(std::string_view page, std::string_view json) {
  constexpr std::string_view place = "@DATA@";
  const std::size_t at = page.find(place);
  if (at == page.npos) throw std::logic_error("a page has no place for its data");
  std::string text(page.substr(0, at));
  for (const char c : json)
    if (c == '<')  // in JSON only within strings
      text += "\\u003c";
    else
      text += c;
  text += page.substr(at + place.size());
  return text;
}

}  // namespace spritefarm::farm
