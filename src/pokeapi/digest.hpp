#pragma once

#include <string>
#include <string_view>

namespace spritefarm::pokeapi {

/// The SHA-1 of `bytes`: 20 bytes. Throws std::bad_alloc.
std::string sha1(std::string_view bytes);

/// The SHA-256 of `bytes`: 32 bytes. Throws std::bad_alloc.
std::string sha256(std::string_view bytes);

/// RFC 4648 §4, with padding.
std::string base64(std::string_view bytes);

}  // namespace spritefarm::pokeapi
