#include "mirror/wire_response.hpp"

#include "system/loopback_listener.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>

namespace spritefarm::mirror {

namespace {

using std::chrono::steady_clock;

WireResponse checked(MHD_Response* response) {
  if (response == nullptr) throw std::bad_alloc();
  return WireResponse(response);
}

WireResponse with_headers(WireResponse response, const Answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (MHD_add_response_header(response.get(), name.c_str(), value.c_str()) != MHD_YES)
      throw std::bad_alloc();
  }
  return response;
}

// Sends the first half of a body, then optionally keeps the connection silent.
struct HalfBody {
  SharedAnswer answer;
  MHD_Connection* connection = nullptr;
  SuspendedConnections* pauses = nullptr;
  steady_clock::time_point silent_until{};

  ssize_t read(std::uint64_t position, char* buffer, std::size_t space) {
    const std::string& body = answer->body;
    const std::size_t half = body.size() / 2;
    if (position < half) {
      const std::size_t part = std::min(space, half - static_cast<std::size_t>(position));
      std::memcpy(buffer, body.data() + position, part);
      return static_cast<ssize_t>(part);
    }
    return stay_silent() ? 0 : MHD_CONTENT_READER_END_WITH_ERROR;
  }

  // libmicrohttpd does not notice that the client of a suspended connection has closed it.
  bool stay_silent() {
    if (pauses == nullptr) return false;
    const int socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    if (steady_clock::now() > silent_until || system::peer_has_left(socket)) return false;
    return pauses->pause(connection, std::chrono::milliseconds(250));
  }
};

WireResponse half_response(HalfBody half) {
  const SharedAnswer answer = half.answer;
  auto state = std::make_unique<HalfBody>(std::move(half));
  WireResponse response = checked(MHD_create_response_from_callback(
      answer->body.size(), 16384,
      [](void* cls, std::uint64_t position, char* buffer, std::size_t space) {
        return static_cast<HalfBody*>(cls)->read(position, buffer, space);
      },
      state.get(), [](void* cls) { delete static_cast<HalfBody*>(cls); }));
  (void)state.release();
  return with_headers(std::move(response), *answer);
}

}  // namespace

WireResponse whole_response(SharedAnswer answer) {
  auto share = std::make_unique<SharedAnswer>(answer);
  WireResponse response = checked(MHD_create_response_from_buffer_with_free_callback_cls(
      answer->body.size(), const_cast<char*>(answer->body.data()),
      [](void* cls) { delete static_cast<SharedAnswer*>(cls); }, share.get()));
  (void)share.release();
  return with_headers(std::move(response), *answer);
}

WireResponse not_modified_response(const Answer& answer) {
  WireResponse response = checked(MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT));
  for (const auto& [name, value] : answer.headers) {
    if (name.rfind("Content-", 0) == 0) continue;
    if (MHD_add_response_header(response.get(), name.c_str(), value.c_str()) != MHD_YES)
      throw std::bad_alloc();
  }
  return response;
}

WireResponse truncated_response(SharedAnswer answer) {
  return half_response({.answer = std::move(answer)});
}

WireResponse stalling_response(SharedAnswer answer, MHD_Connection* connection,
                               SuspendedConnections& pauses) {
  return half_response(
      {std::move(answer), connection, &pauses, steady_clock::now() + std::chrono::minutes(1)});
}

}  // namespace spritefarm::mirror
