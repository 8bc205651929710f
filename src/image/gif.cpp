#include "image/byte_reader.hpp"
#include "image/image_formats.hpp"

// GIF89a: a signature (6 bytes), a screen descriptor (7 bytes), its color table, then blocks. A block is an
// extension (0x21, a label, sub-blocks), an image (0x2c, 9 bytes, its color table, the LZW code size,
// sub-blocks) or the trailer (0x3b). A sub-block is a length (1 byte) and as many bytes; length 0 ends the
// sequence.

namespace spritefarm::image {
namespace {

bool skip_color_table(ByteReader& reader, unsigned flags) {
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

/// Whether the width or height at the start of `size` is 0.
bool is_empty(std::string_view size) {
  return little_endian_16(size) == 0 || little_endian_16(size.substr(2)) == 0;
}

}  // namespace

Result<std::size_t> check_gif(std::string_view bytes) {
  const Error truncated{"truncated GIF image"};
  ByteReader reader(bytes);
  reader.take(6);
  const auto screen = reader.take(7);
  if (!screen) return truncated;
  if (is_empty(*screen)) return Error{"invalid GIF image: its width or height is 0"};
  if (!skip_color_table(reader, static_cast<std::uint8_t>((*screen)[4]))) return truncated;

  bool has_frame = false;
  while (true) {
    const auto block = reader.byte();
    if (!block) return truncated;
    if (*block == 0x3b) break;
    if (*block == 0x21) {
      if (!reader.byte() || !skip_sub_blocks(reader)) return truncated;
    } else if (*block == 0x2c) {
      const auto frame = reader.take(9);
      if (!frame) return truncated;
      if (is_empty(frame->substr(4))) return Error{"invalid GIF image: the width or height of a frame is 0"};
      if (!skip_color_table(reader, static_cast<std::uint8_t>((*frame)[8]))) return truncated;
      const auto code_size = reader.byte();
      if (!code_size) return truncated;
      if (*code_size < 1 || *code_size > 11) return Error{"damaged GIF image: invalid LZW code size"};
      if (!skip_sub_blocks(reader)) return truncated;
      has_frame = true;
    } else {
      return Error{"damaged GIF image: unknown block type"};
    }
  }
  if (!has_frame) return Error{"invalid GIF image: it has no frame"};
  // Some encoders append zeros: padding of the format, not worth a word.
  const bool is_padding = reader.left().find_first_not_of('\0') == std::string_view::npos;
  return is_padding ? 0 : reader.left().size();
}

}  // namespace spritefarm::image
