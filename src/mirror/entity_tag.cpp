#include "mirror/entity_tag.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace spritefarm::mirror {

namespace {

std::string digest(std::string_view bytes, const EVP_MD* algorithm) {
  unsigned char result[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), result, &length, algorithm, nullptr) != 1) {
    throw std::runtime_error("libcrypto refuses to compute a digest");
  }
  return {reinterpret_cast<const char*>(result), length};
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string_view without_weakness(std::string_view tag) {
  return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
}

}  // namespace

std::string document_tag(std::string_view document) {
  const std::string sum = digest(document, EVP_sha1());
  unsigned char text[29];
  EVP_EncodeBlock(text, reinterpret_cast<const unsigned char*>(sum.data()), static_cast<int>(sum.size()));
  return fmt::format("W/\"{:x}-{}\"", document.size(),
                     std::string_view(reinterpret_cast<const char*>(text), 27));
}

std::string image_tag(std::string_view image) {
  return '"' + hex(digest(image, EVP_sha256())) + '"';
}

std::string sha1_hex(std::string_view bytes) {
  return hex(digest(bytes, EVP_sha1()));
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const std::size_t comma = if_none_match.find(',');
    std::string_view one = if_none_match.substr(0, comma);
    if_none_match.remove_prefix(comma == one.npos ? if_none_match.size() : comma + 1);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == "*" || (!one.empty() && without_weakness(one) == without_weakness(tag))) return true;
  }
  return false;
}

}  // namespace spritefarm::mirror
