#include "mirror/entity_tag.hpp"

#include "pokeapi/digest.hpp"

#include <fmt/format.h>

namespace spritefarm::mirror {

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string_view opaque_tag(std::string_view tag) {
  return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
}

}  // namespace

std::string image_tag(std::string_view image) {
  return '"' + hex(pokeapi::sha256(image)) + '"';
}

std::string sha1_hex(std::string_view bytes) {
  return hex(pokeapi::sha1(bytes));
}

bool matches_tag(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const std::size_t comma = if_none_match.find(',');
    std::string_view item = if_none_match.substr(0, comma);
    if_none_match.remove_prefix(comma == item.npos ? if_none_match.size() : comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (item == "*" || (!item.empty() && opaque_tag(item) == opaque_tag(tag))) return true;
  }
  return false;
}

}  // namespace spritefarm::mirror
