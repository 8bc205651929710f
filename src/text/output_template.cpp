#include "text/output_template.hpp"

#include "text/printable_text.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace spritefarm::text {
namespace {

constexpr std::size_t max_name_size = 255;   // NAME_MAX of the common file systems
constexpr std::size_t max_path_size = 4000;  // PATH_MAX, with room for the output directory

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<void> check_relative_path(std::string_view path) {
  if (path.empty()) return Error{"is empty"};
  if (path.size() > max_path_size) return Error{fmt::format("is longer than {} bytes", max_path_size)};
  if (std::any_of(path.begin(), path.end(), is_control)) return Error{"contains a control character"};
  for (std::size_t start = 0; start <= path.size();) {
    const std::string_view part = path.substr(start, path.find('/', start) - start);
    if (part.empty()) return Error{"contains an empty part"};
    if (part == "." || part == "..") return Error{"contains a part '.' or '..'"};
    if (part.starts_with(".spritefarm"))
      return Error{
          "contains a part that begins with '.spritefarm', which is reserved for spritefarm's own files"};
    if (part.size() > max_name_size)
      return Error{fmt::format("contains a part longer than {} bytes", max_name_size)};
    start += part.size() + 1;
  }
  return {};
}

Result<void> check_file_name(std::string_view text) {
  if (text.find('/') != text.npos) return Error{"contains a slash"};
  if (Result<void> valid = check_relative_path(text); !valid) return valid;
  if (text.front() == '.') return Error{"begins with a dot"};
  if (text.front() == '-') return Error{"begins with '-', as an option of a command does"};
  if (is_deceptive(text)) return Error{"contains a character that is not shown as it is"};
  return {};
}

Result<OutputTemplate> OutputTemplate::parse(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Field>, 4> fields{
      {{"{name}", Field::name}, {"{id}", Field::id}, {"{sprite}", Field::sprite}, {"{ext}", Field::ext}}};
  if (const Result<void> valid = check_relative_path(text); !valid)
    return Error{
        fmt::format("'{}' {}; give a relative path below the output directory", text, valid.error().message)};
  OutputTemplate result;
  while (!text.empty()) {
    const std::size_t literal = std::min(text.find_first_of("{}"), text.size());
    if (literal > 0) {
      result.m_parts.push_back({Field::literal, std::string(text.substr(0, literal))});
      text.remove_prefix(literal);
      continue;
    }
    const auto* found = std::find_if(fields.begin(), fields.end(),
                                     [text](const auto& field) { return text.starts_with(field.first); });
    if (found == fields.end())
      return Error{fmt::format("'{}' is not a field; use {{name}}, {{id}}, {{sprite}} or {{ext}}",
                               text.substr(0, std::min(text.find('}'), text.size() - 1) + 1))};
    result.m_parts.push_back({found->second, {}});
    text.remove_prefix(found->first.size());
  }
  return result;
}

std::string OutputTemplate::text() const {
  std::string text;
  for (const Part& part : m_parts) {
    switch (part.field) {
      case Field::literal:
        text += part.text;
        break;
      case Field::name:
        text += "{name}";
        break;
      case Field::id:
        text += "{id}";
        break;
      case Field::sprite:
        text += "{sprite}";
        break;
      case Field::ext:
        text += "{ext}";
        break;
    }
  }
  return text;
}

Result<std::string> OutputTemplate::path(const OutputNames& names) const {
  std::string path;
  for (const Part& part : m_parts) {
    const std::string id = std::to_string(names.id);
    std::string_view value = part.text;
    switch (part.field) {
      case Field::literal:
        path += value;
        continue;
      case Field::name:
        value = names.name;
        break;
      case Field::id:
        value = id;
        break;
      case Field::sprite:
        value = names.sprite;
        break;
      case Field::ext:
        value = names.ext;
        break;
    }
    if (const Result<void> valid = check_file_name(value); !valid)
      return Error{fmt::format("cannot use '{}' from the server in a file name: it {}", excerpt(value),
                               valid.error().message)};
    path += value;
  }
  if (const Result<void> valid = check_relative_path(path); !valid)
    return Error{
        fmt::format("the path '{}' {}; choose another --template", excerpt(path), valid.error().message)};
  return path;
}

int OutputTemplate::depth() const noexcept {
  std::ptrdiff_t slashes = 0;
  for (const Part& part : m_parts) slashes += std::count(part.text.begin(), part.text.end(), '/');
  return static_cast<int>(slashes);
}

bool OutputTemplate::has(Field field) const noexcept {
  return std::any_of(m_parts.begin(), m_parts.end(),
                     [field](const Part& part) { return part.field == field; });
}

}  // namespace spritefarm::text
