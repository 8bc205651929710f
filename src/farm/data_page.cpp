#include "farm/data_page.hpp"

#include <stdexcept>

namespace spritefarm::farm {

std::string page_with_data(std::string_view page, std::string_view json) {
  constexpr std::string_view placeholder = "@DATA@";
  const std::size_t at = page.find(placeholder);
  if (at == page.npos) throw std::logic_error("the page has no placeholder for its data");
  std::string text(page.substr(0, at));
  for (const char c : json)
    if (c == '<')  // JSON has it only in strings
      text += "\\u003c";
    else
      text += c;
  text += page.substr(at + placeholder.size());
  return text;
}

}  // namespace spritefarm::farm
