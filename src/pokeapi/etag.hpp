#pragma once

#include "base/result.hpp"

#include <optional>
#include <string_view>

namespace spritefarm::pokeapi {

/// Checks a document against its ETag, where that is of the form that the PokéAPI's JSON has:
///
///     W/"<length in hex>-<base64 of the SHA-1, 27 characters>"      W/"1b4e-yJ7eRBpRDQQrhaC7pt5KDJBzMZo"
///
/// both of the document as it is before any compression. Nothing where they agree, and for every other ETag, which says
/// nothing about the bytes. Throws std::runtime_error when libcrypto refuses to compute a digest.
std::optional<Error> verify_etag(std::string_view document, std::string_view etag);

}  // namespace spritefarm::pokeapi
