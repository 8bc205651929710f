#include "cache/record_codec.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace spritefarm::cache {
namespace {

void put_number(std::string& to, std::uint64_t number) {
  for (; number > 0x7f; number >>= 7) to += static_cast<char>((number & 0x7f) | 0x80);
  to += static_cast<char>(number);
}

void put_text(std::string& to, std::string_view text) {
  put_number(to, text.size());
  to += text;
}

void put_shared(std::string& to, std::string_view text, std::string_view before) {
  const auto common =
      std::mismatch(text.begin(), text.end(), before.begin(), before.end()).first - text.begin();
  put_number(to, static_cast<std::uint64_t>(common));
  put_text(to, text.substr(static_cast<std::size_t>(common)));
}

/// Reads the encoding from the front. Each function returns false if the bytes are malformed.
class RecordReader {
 public:
  explicit RecordReader(std::string_view encoded) : m_rest(encoded) {}

  [[nodiscard]] bool done() const noexcept { return m_rest.empty(); }

  bool number(std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 63 && !m_rest.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(m_rest.front());
      m_rest.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool text(std::string_view& value) {
    std::uint64_t size = 0;
    if (!number(size) || size > m_rest.size()) return false;
    value = m_rest.substr(0, static_cast<std::size_t>(size));
    m_rest.remove_prefix(value.size());
    return true;
  }
  /// `value` holds the previous string.
  bool shared(std::string& value) {
    std::uint64_t common = 0;
    std::string_view rest;
    if (!number(common) || common > value.size() || !text(rest)) return false;
    value.resize(static_cast<std::size_t>(common));
    value += rest;
    return true;
  }

 private:
  std::string_view m_rest;
};

}  // namespace

std::string encode_record(const pokeapi::Record& record) {
  std::string encoded;
  put_number(encoded, record.id);
  put_text(encoded, record.name);
  pokeapi::SpriteLeaf before;
  for (const pokeapi::SpriteLeaf& leaf : record.sprites) {
    put_shared(encoded, leaf.key, before.key);
    put_shared(encoded, leaf.url, before.url);
    before.key = leaf.key;
    if (!leaf.url.empty()) before.url = leaf.url;
  }
  return encoded;
}

std::optional<pokeapi::Record> decode_record(std::string_view encoded) {
  RecordReader from(encoded);
  pokeapi::Record record;
  std::uint64_t id = 0;
  std::string_view name;
  if (!from.number(id) || id > std::numeric_limits<std::uint32_t>::max() || !from.text(name) ||
      name.size() > pokeapi::Record::max_bytes)
    return std::nullopt;
  record.id = static_cast<std::uint32_t>(id);
  record.name = name;
  std::string key, url;
  for (std::size_t bytes = name.size(); !from.done();) {
    std::string leaf_url = url;
    if (!from.shared(key) || !from.shared(leaf_url)) return std::nullopt;
    if (!leaf_url.empty()) url = leaf_url;
    record.sprites.push_back({key, std::move(leaf_url)});
    bytes += pokeapi::bytes_of(record.sprites.back());
    if (bytes > pokeapi::Record::max_bytes) return std::nullopt;
  }
  return record;
}

}  // namespace spritefarm::cache
