#include "mirror/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace spritefarm::mirror {

std::string gzip(std::string_view body) {
  constexpr int gzip_wrapping = 16;
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + gzip_wrapping, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib refuses to compress");
  }
  std::string compressed(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int end = deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (end != Z_STREAM_END) throw std::runtime_error("zlib could not compress a whole document");
  return compressed;
}

bool accepts_gzip(std::string_view accept_encoding) {
  const std::size_t name = accept_encoding.find("gzip");
  if (name == accept_encoding.npos) return false;
  const std::string_view parameters = accept_encoding.substr(name + 4);
  const std::string_view own = parameters.substr(0, parameters.find(','));
  const std::size_t quality = own.find("q=");
  return quality == own.npos || own.substr(quality + 2).find_first_of("123456789") != own.npos;
}

}  // namespace spritefarm::mirror
