#include "mirror/gif_encoder.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace spritefarm::mirror {

namespace {

constexpr unsigned colour_bits = 4;

std::string little_endian(int number) {
  return {static_cast<char>(number & 0xff), static_cast<char>(number >> 8 & 0xff)};
}

/// Packs LZW codes into bytes, lowest bit first.
class BitWriter {
 public:
  void write(unsigned code, unsigned bits) {
    m_pending |= code << m_count;
    for (m_count += bits; m_count >= 8; m_count -= 8, m_pending >>= 8) {
      m_bytes += static_cast<char>(m_pending & 0xff);
    }
  }
  std::string finish() {
    if (m_count > 0) m_bytes += static_cast<char>(m_pending & 0xff);
    return std::move(m_bytes);
  }

 private:
  std::string m_bytes;
  std::uint32_t m_pending = 0;
  unsigned m_count = 0;
};

std::string compress_lzw(const std::vector<std::uint8_t>& pixels) {
  constexpr unsigned clear = 1U << colour_bits, end = clear + 1, full = 4096;
  std::map<std::pair<unsigned, std::uint8_t>, unsigned> codes;  // key: code of a sequence, next pixel
  unsigned next = end + 1, bits = colour_bits + 1;
  BitWriter writer;
  writer.write(clear, bits);
  unsigned sequence = pixels.front();
  for (std::size_t i = 1; i < pixels.size(); ++i) {
    if (const auto longer = codes.find({sequence, pixels[i]}); longer != codes.end()) {
      sequence = longer->second;
      continue;
    }
    writer.write(sequence, bits);
    if (next == full) {
      writer.write(clear, bits);
      codes.clear();
      next = end + 1;
      bits = colour_bits + 1;
    } else {
      if (next == 1U << bits) ++bits;
      codes.emplace(std::pair(sequence, pixels[i]), next++);
    }
    sequence = pixels[i];
  }
  writer.write(sequence, bits);
  // The decoder adds an entry after this code too, which can widen the codes.
  if (next == 1U << bits && bits < 12) ++bits;
  writer.write(end, bits);
  return writer.finish();
}

std::string sub_blocks(std::string_view bytes) {
  std::string blocks;
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 255))) {
    const std::string_view block = bytes.substr(0, 255);
    blocks.append(1, static_cast<char>(block.size())).append(block);
  }
  return blocks.append(1, '\0');
}

// Shown for half a second, then left in place under the next frame.
std::string frame(const Raster& raster, const Area& area) {
  constexpr std::string_view control("\x21\xf9\x04\x05\x32\x00\x00\x00", 8);
  return std::string(control)
      .append(1, '\x2c')
      .append(little_endian(area.left))
      .append(little_endian(area.top))
      .append(little_endian(area.width))
      .append(little_endian(area.height))
      .append(1, '\0')
      .append(1, static_cast<char>(colour_bits))
      .append(sub_blocks(compress_lzw(crop(raster, area).pixels)));
}

}  // namespace

std::string encode_gif(const Raster& first, const Raster& second, const std::array<Rgb, ink_count>& palette,
                       std::string_view title) {
  std::string file =
      std::string("GIF89a").append(little_endian(first.width)).append(little_endian(first.height));
  file.append("\xb3\x00\x00", 3);  // a palette of 16 colours
  for (const Rgb& rgb : palette) {
    file += {static_cast<char>(rgb.red), static_cast<char>(rgb.green), static_cast<char>(rgb.blue)};
  }
  file.append("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00", 19);  // repeat without end
  file.append("\x21\xfe").append(sub_blocks(title.substr(0, 255)));
  file.append(frame(first, {0, 0, first.width, first.height}));
  file.append(frame(second, difference(first, second)));
  return file.append(1, '\x3b');
}

}  // namespace spritefarm::mirror
