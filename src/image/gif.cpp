#include "image/byte_reader.hpp"
#include "image/image_formats.hpp"

// GIF89a: a signature of 6 bytes, the screen (7 bytes) and its colours, then blocks. A block is an extension
// (0x21, a label, sub-blocks), an image (0x2c, 9 bytes, its colours, the code size, sub-blocks) or the
// trailer (0x3b). Sub-blocks are a length of one byte and as many bytes, up to one of length 0.

namespace spritefarm::image {
namespace {

bool skip_colours(ByteReader& reader, unsigned flags) {
  constexpr unsigned has_table = 0x80, size_bits = 0x07;
  return !(flags & has_table) || reader.take(std::size_t{3} << ((flags & size_bits) + 1)).has_value();
}

bool skip_sub_blocks(ByteReader& reader) {
  while (const auto length = reader.byte()) {
    if (*length == 0) return true;
    if (!reader.take(*length)) return false;
  }
  return false;
}

/// What a picture's 9 bytes and a screen's 7 have in common: a size, and flags after it.
bool is_empty(std::string_view size) {
  return little_endian_16(size) == 0 || little_endian_16(size.substr(2)) == 0;
}

}  // namespace

Result<void> check_gif(std::string_view bytes) {
  const Error cut_short{"a GIF that is cut short"};
  ByteReader reader(bytes);
  reader.take(6);
  const auto screen = reader.take(7);
  if (!screen) return cut_short;
  if (is_empty(*screen)) return Error{"a GIF without any size"};
  if (!skip_colours(reader, static_cast<std::uint8_t>((*screen)[4]))) return cut_short;

  bool has_picture = false;
  while (true) {
    const auto block = reader.byte();
    if (!block) return cut_short;
    if (*block == 0x3b) break;
    if (*block == 0x21) {
      if (!reader.byte() || !skip_sub_blocks(reader)) return cut_short;
    } else if (*block == 0x2c) {
      const auto picture = reader.take(9);
      if (!picture) return cut_short;
      if (is_empty(picture->substr(4))) return Error{"a GIF that has a picture without any size"};
      if (!skip_colours(reader, static_cast<std::uint8_t>((*picture)[8]))) return cut_short;
      const auto code_size = reader.byte();
      if (!code_size) return cut_short;
      if (*code_size < 1 || *code_size > 11) return Error{"a GIF that is damaged (a picture's code size)"};
      if (!skip_sub_blocks(reader)) return cut_short;
      has_picture = true;
    } else {
      return Error{"a GIF that is damaged (a block of no known kind)"};
    }
  }
  if (!has_picture) return Error{"a GIF without a picture"};
  // Some encoders fill up with zeros.
  if (reader.left().find_first_not_of('\0') != std::string_view::npos)
    return Error{"a GIF with something after its end"};
  return {};
}

}  // namespace spritefarm::image
