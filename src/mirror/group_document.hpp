#pragma once

#include "mirror/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace spritefarm::mirror {

// The documents of the API that group pokémon, reduced to their lists. Types are invented, generations and
// species are real. `origin` ("http://host:port") is the prefix of all URLs. None if there is no such group.

/// `name_or_id`: "fire" or "10".
std::optional<std::string> type_document(const Catalogue& catalogue, std::string_view name_or_id,
                                         std::string_view origin);
/// `name_or_id`: "generation-i" or "1".
std::optional<std::string> generation_document(const Catalogue& catalogue, std::string_view name_or_id,
                                               std::string_view origin);
/// `name_or_id`: "deoxys" or "386". Its varieties are its forms; "deoxys-normal" is the default.
std::optional<std::string> species_document(const Catalogue& catalogue, std::string_view name_or_id,
                                            std::string_view origin);

}  // namespace spritefarm::mirror
