#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace spritefarm::pokeapi {

/// Checks a document against its ETag, where that is of the form that the PokéAPI's JSON has:
///
///     W/"<length in hex>-<base64 of the SHA-1, 27 characters>"      W/"1b4e-yJ7eRBpRDQQrhaC7pt5KDJBzMZo"
///
/// both of the document as it is before any compression. Nothing where they agree, and for every other ETag, which says
/// nothing about the bytes. Throws std::runtime_error when libcrypto refuses to compute a digest.
Result<void> verify_etag(std::string_view document, std::string_view etag);

/// The tag that the PokéAPI gives a document: W/"<length in hex>-<base64 SHA-1, 27 characters>".
std::string make_etag(std::string_view document);

}  // namespace spritefarm::pokeapi
