#include "mirror/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace spritefarm::mirror {

std::string gzip(std::string_view body) {
  constexpr int gzip_format = 16;
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: deflateInit2() failed");
  }
  std::string compressed(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int end = deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (end != Z_STREAM_END) throw std::runtime_error("zlib: deflate() did not compress the whole document");
  return compressed;
}

bool accepts_gzip(std::string_view accept_encoding) {
  const std::size_t name = accept_encoding.find("gzip");
  if (name == accept_encoding.npos) return false;
  std::string_view parameters = accept_encoding.substr(name + 4);
  parameters = parameters.substr(0, parameters.find(','));
  const std::size_t quality = parameters.find("q=");
  return quality == parameters.npos ||
         parameters.substr(quality + 2).find_first_of("123456789") != parameters.npos;
}

}  // namespace spritefarm::mirror
