#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

/// The smallest complete images of each format.
namespace tiny {

inline std::string big_endian(unsigned long value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

inline std::string png_chunk(std::string_view type, std::string_view data) {
  std::string checked(type);
  checked += data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(data.size()) + checked + big_endian(crc);
}

inline const std::string png_signature = "\x89PNG\r\n\x1a\n";

/// An IHDR chunk; `rest` is depth, color type, compression, filter, interlace.
inline std::string png_header(unsigned long width, unsigned long height, std::string_view rest) {
  return png_chunk("IHDR", big_endian(width) + big_endian(height) + std::string(rest));
}
inline const std::string_view gray_8{"\x08\x00\x00\x00\x00", 5};

/// A PNG of 2 x 2 grey pixels.
inline std::string png() {
  const std::string rows("\0\x11\x22\0\x33\x44", 6);
  std::string packed(100, '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
           rows.size());
  packed.resize(size);
  return png_signature + png_header(2, 2, gray_8) + png_chunk("IDAT", packed) + png_chunk("IEND", "");
}

/// A GIF of one pixel, with a comment and a graphic control extension.
inline std::string gif() {
  using namespace std::string_literals;
  return "GIF89a\x01\0\x01\0\x80\0\0"s + "\0\0\0\xff\xff\xff"s + "\x21\xfe\x02hi\0"s +
         "\x21\xf9\x04\0\0\0\0\0"s + "\x2c\0\0\0\0\x01\0\x01\0\0"s + "\x02\x02\x44\x01\0"s + "\x3b"s;
}

inline std::string svg() {
  return "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- drawn > by hand -->\n"
         "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\" [ <!ENTITY x \"]>\"> ]>\n"
         "<svg xmlns='http://www.w3.org/2000/svg' title=\"a > b\">\n  <svg/><g id=\"a/\"><path d=\"M0 "
         "0\"/></g>"
         "<style><![CDATA[ a > b { <not a tag ]]></style><text>x</text></svg>\n<!-- end -->\n";
}

}  // namespace tiny
