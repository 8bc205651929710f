#pragma once

#include "mirror/site.hpp"
#include "mirror/suspended_connections.hpp"

#include <microhttpd.h>

#include <memory>

namespace spritefarm::mirror {

struct DestroyResponse {
  void operator()(MHD_Response* response) const noexcept { MHD_destroy_response(response); }
};
/// A response of libmicrohttpd. It shares the body of an Answer without a copy. The functions below throw
/// std::bad_alloc.
using WireResponse = std::unique_ptr<MHD_Response, DestroyResponse>;

/// The complete answer.
WireResponse whole_response(SharedAnswer answer);

/// 304 without the Content-* headers of `answer`.
WireResponse not_modified_response(const Answer& answer);

/// Announces the whole body, sends half of it and closes the connection.
WireResponse truncated_response(SharedAnswer answer);

/// As truncated_response(), but is silent for a minute before it closes the connection, or until the client
/// closes it or the mirror stops.
WireResponse stalling_response(SharedAnswer answer, MHD_Connection* connection, SuspendedConnections& pauses);

}  // namespace spritefarm::mirror
