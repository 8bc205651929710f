#include "pokeapi/etag.hpp"

#include "pokeapi/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace spritefarm::pokeapi {
namespace {

struct Tag {
  std::uint64_t length = 0;
  std::string_view digest;  ///< base64 without padding
};

constexpr std::size_t digest_length = 27;

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

std::optional<Tag> parse_tag(std::string_view etag) {
  constexpr std::string_view start = "W/\"";
  if (!etag.starts_with(start) || !etag.ends_with('"') || etag.size() <= start.size()) return std::nullopt;
  etag.remove_prefix(start.size());
  etag.remove_suffix(1);
  Tag tag;
  const auto [end, error] = std::from_chars(etag.data(), etag.data() + etag.size(), tag.length, 16);
  etag.remove_prefix(static_cast<std::size_t>(end - etag.data()));
  if (error != std::errc() || etag.size() != 1 + digest_length || etag.front() != '-') return std::nullopt;
  tag.digest = etag.substr(1);
  if (!std::all_of(tag.digest.begin(), tag.digest.end(), is_base64)) return std::nullopt;
  return tag;
}

std::string base64_sha1(std::string_view bytes) {
  return base64(sha1(bytes)).substr(0, digest_length);
}

}  // namespace

Result<void> verify_etag(std::string_view document, std::string_view etag) {
  const std::optional<Tag> tag = parse_tag(etag);
  if (!tag) return {};
  if (tag->length != document.size())
    return Error{fmt::format("damaged document: received {} bytes, but the ETag says {}", document.size(),
                             tag->length)};
  if (tag->digest != base64_sha1(document))
    return Error{"damaged document: its SHA-1 is not the one in the ETag"};
  return {};
}

std::string make_etag(std::string_view document) {
  return fmt::format("W/\"{:x}-{}\"", document.size(), base64_sha1(document));
}

}  // namespace spritefarm::pokeapi
