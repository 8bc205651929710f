#pragma once

#include "mirror/site.hpp"
#include "mirror/suspended_connections.hpp"

#include <microhttpd.h>

#include <memory>

namespace spritefarm::mirror {

struct DestroyResponse {
  void operator()(MHD_Response* response) const noexcept { MHD_destroy_response(response); }
};
/// libmicrohttpd's form of a response. It shares the answer's body, and does not copy it.
using WireResponse = std::unique_ptr<MHD_Response, DestroyResponse>;

WireResponse whole_response(SharedAnswer answer);

/// Status 304.
WireResponse not_modified_response(const Answer& answer);

/// Announces the whole body and sends half of it, then ends the connection.
WireResponse truncated_response(SharedAnswer answer);

/// As above, but before the end nothing happens for a minute, or until the client goes or the mirror stops.
WireResponse stalling_response(SharedAnswer answer, MHD_Connection* connection, SuspendedConnections& pauses);

}  // namespace spritefarm::mirror
