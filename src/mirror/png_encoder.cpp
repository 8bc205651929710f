#include "mirror/png_encoder.hpp"

#include <zlib.h>

#include <stdexcept>

namespace spritefarm::mirror {

namespace {

std::string big_endian(std::size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  return bytes;
}

std::string chunk(std::string_view type, std::string_view data) {
  const std::string content = std::string(type).append(data);
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  return big_endian(data.size()) + content + big_endian(crc);
}

// Two pixels in a byte. A row that equals the row above is all zeros with filter 2 (Up).
std::string scanlines(const Raster& raster) {
  std::string lines;
  std::string above;
  for (int y = 0; y < raster.height; ++y) {
    std::string line;
    for (int x = 0; x < raster.width; x += 2) {
      line += static_cast<char>(raster.at(x, y) << 4 | raster.at(x + 1, y));
    }
    if (line == above) {
      lines.append(1, '\2').append(line.size(), '\0');
    } else {
      lines.append(1, '\0').append(line);
    }
    above = line;
  }
  return lines;
}

std::string deflated(std::string_view bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string result(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                static_cast<uLong>(bytes.size()), Z_BEST_COMPRESSION) != Z_OK) {
    throw std::runtime_error("zlib: compress2() failed for a picture");
  }
  result.resize(size);
  return result;
}

}  // namespace

std::string encode_png(const Raster& raster, const std::array<Rgb, ink_count>& palette,
                       std::string_view title) {
  constexpr std::string_view format("\x04\x03\x00\x00\x00", 5);  // 4 bits a pixel, palette, not interlaced
  std::string colours;
  for (const Rgb& rgb : palette) {
    colours += {static_cast<char>(rgb.red), static_cast<char>(rgb.green), static_cast<char>(rgb.blue)};
  }
  return std::string("\x89PNG\r\n\x1a\n")
      .append(chunk("IHDR", big_endian(static_cast<std::size_t>(raster.width))
                                .append(big_endian(static_cast<std::size_t>(raster.height)))
                                .append(format)))
      .append(chunk("PLTE", colours))
      .append(chunk("tRNS", std::string(1, '\0')))
      .append(chunk("tEXt", std::string("Title").append(1, '\0').append(title)))
      .append(chunk("IDAT", deflated(scanlines(raster))))
      .append(chunk("IEND", {}));
}

}  // namespace spritefarm::mirror
