#include "text/output_template.hpp"

#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace spritefarm::text {
namespace {

constexpr std::size_t max_name_size = 255;   // NAME_MAX of every file system in use
constexpr std::size_t max_path_size = 4000;  // PATH_MAX, less some room

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// An Error for a path that does not stay below the directory it starts in.
Result<void> check_path(std::string_view path) {
  if (path.empty()) return Error{"is empty"};
  if (path.size() > max_path_size) return Error{"is too long"};
  if (std::any_of(path.begin(), path.end(), is_control)) return Error{"has a control character"};
  for (std::size_t start = 0; start <= path.size();) {
    const std::string_view part = path.substr(start, path.find('/', start) - start);
    if (part.empty()) return Error{"has a part without a name"};
    if (part == "." || part == "..") return Error{"has a part '.' or '..'"};
    if (part.starts_with(".spritefarm"))
      return Error{"has a part that is named as the program's own files are"};
    if (part.size() > max_name_size) return Error{"has a part that is too long for a file name"};
    start += part.size() + 1;
  }
  return {};
}

}  // namespace

Result<void> check_file_name(std::string_view text) {
  if (text.find('/') != text.npos) return Error{"has a slash"};
  if (Result<void> valid = check_path(text); !valid) return valid;
  if (text.front() == '.') return Error{"would be a hidden file's"};
  return {};
}

Result<OutputTemplate> OutputTemplate::parse(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Field>, 4> fields{
      {{"{name}", Field::name}, {"{id}", Field::id}, {"{sprite}", Field::sprite}, {"{ext}", Field::ext}}};
  if (const Result<void> valid = check_path(text); !valid)
    return Error{
        fmt::format("'{}' {}: it is a path below the output directory", text, valid.error().message)};
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
      return Error{fmt::format("'{}' stands where only {{name}}, {{id}}, {{sprite}} and {{ext}} may stand",
                               text.substr(0, text.find('}') + 1))};
    result.m_parts.push_back({found->second, {}});
    text.remove_prefix(found->first.size());
  }
  return result;
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
      return Error{fmt::format("'{}' from the server {}: no file is given that name", excerpt(value),
                               valid.error().message)};
    path += value;
  }
  if (const Result<void> valid = check_path(path); !valid)
    return Error{fmt::format("the path '{}' {}", excerpt(path), valid.error().message)};
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
