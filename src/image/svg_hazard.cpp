#include "image/svg_hazard.hpp"

#include "text/ascii_case.hpp"

#include <algorithm>
#include <array>

namespace spritefarm::image {
namespace {

std::string_view local_name(std::string_view name) {
  return name.substr(name.rfind(':') + 1);
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view each) { return text::equal_ignoring_case(name, each); });
}

/// Whether a value can be an address that runs code. Browsers decode character references and skip blanks in
/// it, which no sprite has there.
bool may_be_code(std::string_view value) {
  return value.find("&#") != value.npos || text::lower_case(value).find("script:") != std::string::npos ||
         text::lower_case(value).find("data:text/") != std::string::npos || value.find('\t') != value.npos ||
         value.find('\n') != value.npos || value.find('\r') != value.npos;
}

std::string_view hazard_of_attribute(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 6> addresses{"href", "src", "to", "from", "by", "values"};
  if (text::equal_ignoring_case(name.substr(0, 2), "on")) return "a script (an attribute on…)";
  const std::string_view local = local_name(name);
  // Lists of numbers may have several lines.
  const bool is_plain_list = value.find_first_not_of("0123456789.,;-+eE \t\r\n") == value.npos;
  if (is_one_of(local, addresses) && !is_plain_list && may_be_code(value)) return "a script (in an address)";
  return {};
}

}  // namespace

std::string_view hazard_of(const XmlTagReader::Tag& tag) {
  constexpr std::array<std::string_view, 3> scripts{"script", "handler", "listener"};
  constexpr std::array<std::string_view, 5> documents{"foreignObject", "iframe", "embed", "object", "html"};
  const std::string_view name = local_name(tag.name);
  if (is_one_of(name, scripts)) return "a script";
  if (is_one_of(name, documents)) return "another document";
  for (std::string_view left = tag.attributes; !left.empty();) {
    const std::size_t begin = left.find_first_not_of(" \t\r\n/");
    if (begin == left.npos) break;
    left.remove_prefix(begin);
    const std::string_view attribute = left.substr(0, left.find_first_of(" \t\r\n="));
    left.remove_prefix(attribute.size());
    left.remove_prefix(std::min(left.find_first_not_of(xml_blanks), left.size()));
    std::string_view value;
    if (left.starts_with('=')) {
      left.remove_prefix(1);
      left.remove_prefix(std::min(left.find_first_not_of(xml_blanks), left.size()));
      const char quote = left.empty() ? '\0' : left.front();
      if (quote != '"' && quote != '\'') return "an attribute without quotes";
      const std::size_t end = left.find(quote, 1);
      if (end == left.npos) return "an attribute without quotes";
      value = left.substr(1, end - 1);
      left.remove_prefix(end + 1);
    }
    if (const std::string_view hazard = hazard_of_attribute(attribute, value); !hazard.empty()) return hazard;
  }
  return {};
}

/// Drawing programs declare namespaces as entities: plain texts, which may stay. What the declaration hides
/// from a simple reader, such as a comment with a quote, is none of theirs.
std::string_view hazard_of_skipped(std::string_view markup) {
  if (markup.starts_with("<?"))
    return text::lower_case(markup).starts_with("<?xml-stylesheet") ? "a style sheet that can run code" : "";
  const std::size_t subset = std::min(markup.find('['), markup.size());
  if (markup.substr(subset).find_first_of("&%") != markup.npos) return "entities of entities";
  for (std::size_t at = 1; (at = markup.find('<', at)) != markup.npos; ++at) {
    const std::string_view rest = markup.substr(at);
    if (at < subset || !rest.starts_with("<!") || rest.starts_with("<!--")) return "a hidden document";
    const std::string_view head = rest.substr(0, rest.find_first_of("\"'"));
    if (head.find("SYSTEM") != head.npos || head.find("PUBLIC") != head.npos) return "an external entity";
  }
  return {};
}

}  // namespace spritefarm::image
