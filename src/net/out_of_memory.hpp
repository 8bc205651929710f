#pragma once

namespace spritefarm::net {

/// What to say if there is no memory.
inline constexpr const char* out_of_memory =
    "not enough memory; use fewer workers (-p, -t), a smaller -c, or a higher limit (ulimit -v)";

}  // namespace spritefarm::net
