#include "sprite/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace spritefarm::sprite {

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto refuses to compute a SHA-256");
  return {reinterpret_cast<const char*>(digest), length};
}

}  // namespace spritefarm::sprite
