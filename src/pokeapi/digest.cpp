#include "pokeapi/digest.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <new>

namespace spritefarm::pokeapi {
namespace {

std::string digest(std::string_view bytes, const EVP_MD* algorithm) {
  unsigned char result[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), result, &length, algorithm, nullptr) != 1) {
    ERR_clear_error();
    throw std::bad_alloc();  // every libcrypto has both algorithms, so nothing else can be missing
  }
  return {reinterpret_cast<const char*>(result), length};
}

}  // namespace

std::string sha1(std::string_view bytes) {
  return digest(bytes, EVP_sha1());
}

std::string sha256(std::string_view bytes) {
  return digest(bytes, EVP_sha256());
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace spritefarm::pokeapi
