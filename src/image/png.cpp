#include "image/byte_reader.hpp"
#include "image/image_formats.hpp"

#include <zlib.h>

#include <string>

// PNG (ISO/IEC 15948): a signature (8 bytes), then chunks. A chunk is the length of its data (4 bytes), its
// type (4 letters), its data, and a CRC of type and data (4 bytes). The first chunk is IHDR, the last IEND.

namespace spritefarm::image {
namespace {

constexpr std::uint32_t max_chunk = 0x7fff'ffff;

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_depth_allowed(unsigned depth, unsigned color_type) {
  switch (color_type) {
    case 0:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:
    case 4:
    case 6:
      return depth == 8 || depth == 16;
    default:
      return false;
  }
}

bool is_header_valid(std::string_view data) {
  if (data.size() != 13) return false;
  const std::uint32_t width = big_endian_32(data), height = big_endian_32(data.substr(4));
  const auto at = [data](std::size_t i) { return static_cast<std::uint8_t>(data[i]); };
  return width > 0 && width <= max_chunk && height > 0 && height <= max_chunk &&
         is_depth_allowed(at(8), at(9)) && at(10) == 0 && at(11) == 0 && at(12) <= 1;
}

}  // namespace

Result<std::size_t> check_png(std::string_view bytes) {
  ByteReader reader(bytes);
  reader.take(8);
  bool has_header = false, has_pixels = false;
  while (true) {
    const auto head = reader.take(8);
    if (!head) return Error{"truncated PNG image"};
    const std::uint32_t length = big_endian_32(*head);
    const std::string type(head->substr(4));
    for (const char c : type)
      if (!is_letter(c)) return Error{"damaged PNG image: invalid chunk type"};
    const auto data = length <= max_chunk ? reader.take(length) : std::nullopt;
    const auto crc = data ? reader.take(4) : std::nullopt;
    if (!crc) return Error{"truncated PNG image: incomplete " + type + " chunk"};
    auto actual = crc32(0, reinterpret_cast<const Bytef*>(type.data()), 4);
    actual = crc32_z(actual, reinterpret_cast<const Bytef*>(data->data()), data->size());
    if (actual != big_endian_32(*crc)) return Error{"damaged PNG image: wrong CRC of the " + type + " chunk"};

    if (has_header == (type == "IHDR"))
      return Error{"invalid PNG image: no IHDR chunk at its start, or a second one"};
    if (!has_header && !is_header_valid(*data)) return Error{"invalid PNG image: invalid IHDR chunk"};
    has_header = true;
    has_pixels = has_pixels || (type == "IDAT" && length > 0);
    if (type == "IEND") break;
  }
  if (!has_pixels) return Error{"invalid PNG image: it has no pixels"};
  return reader.left().size();
}

}  // namespace spritefarm::image
