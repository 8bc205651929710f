#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace spritefarm::pokeapi {

// The PokéAPI makes the ETag of a JSON document from its bytes, before compression:
//
//     W/"<length in hex>-<base64 of the SHA-1, 27 characters>"      W/"1b4e-yJ7eRBpRDQQrhaC7pt5KDJBzMZo"
//
// Both functions throw std::bad_alloc.

/// Verifies a document against an ETag of this form. Fails if the length or the SHA-1 differs. An ETag of any
/// other form says nothing about the bytes and is accepted.
Result<void> verify_etag(std::string_view document, std::string_view etag);

/// The ETag of a document in this form.
std::string make_etag(std::string_view document);

}  // namespace spritefarm::pokeapi
