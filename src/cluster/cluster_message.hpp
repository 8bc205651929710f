#pragma once

#include "base/result.hpp"

#include <spritefarm/codec.hpp>
#include <spritefarm/errors.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What clients and nodes tell each other. The kind of a message is its AMQP property `type`, its body is one
/// of these aggregates in the encoding of codec.hpp. Only programs of one build exchange them: the build mark
/// is part of the queues' names, and is repeated in the property `app_id`.
///
///     call                client → P.calls         CallMessage
///     started             node → client            StartedMessage, before a worker gets the calls
///     result, failure     node → client            OutcomeMessage
///     died                node → client            DiedMessage
///     redelivered         node → client            RedeliveredMessage
///     beat                node → client            BeatMessage
///     cancel              client → P.control       CancelMessage
///     announcement        client → P.control       AnnouncementMessage
///     hello               client → sf.GROUP.hello  none; `reply_to` says where nodes of every build answer
namespace spritefarm::cluster {

using CallId = std::uint64_t;

/// One attempt to run a call. Each publication of a call is another attempt, counted from 1.
struct CallKey {
  CallId call = 0;
  std::uint32_t attempt = 0;
  friend auto operator<=>(const CallKey&, const CallKey&) = default;
};

struct CallMessage {
  CallKey key{};
  std::string client;  ///< as in CancelMessage
  std::optional<std::chrono::nanoseconds> timeout{};
  bool is_coroutine = false;
  std::uint64_t max_result_bytes = 0;
  std::string initializer;  ///< the request of the client's initializer; empty: none
  std::string request;
};
struct StartedMessage {
  std::string node;
  std::vector<CallKey> calls{};
};
struct OutcomeMessage {
  CallKey key{};
  std::string body;  ///< an encoded result, or an encoded std::exception_ptr
};
struct DiedMessage {
  CallKey key{};
  WorkerExit how{};
};
struct RedeliveredMessage {
  CallKey key{};
};
struct BeatMessage {
  std::string node;
  std::string host;
  std::uint32_t slots = 0;
  std::uint32_t busy = 0;
  std::uint64_t done = 0;
  /// The calls of the receiver that have started at the node and whose outcome it has not received.
  std::vector<CallKey> calls{};
  std::string status{};  ///< what the program at the node tells
};
struct AnnouncementMessage {
  std::string text;
};
struct CancelMessage {
  std::string client;
  bool all = false;  ///< the client has gone
  std::vector<CallId> calls{};
};

inline constexpr std::uint32_t max_slots = 65'535;  // the prefetch count of AMQP has 16 bits
inline constexpr std::size_t max_name_bytes = 255;
inline constexpr std::size_t max_notice_bytes = 60'000;  // of a status or an announcement

template <typename Message>
std::string encode_message(const Message& message) {
  Encoder to;
  encode(to, message);
  return std::move(to).take();
}

// What no client or node sends, although it can be decoded.
inline bool is_valid(const CallMessage& message) {
  return message.key.attempt > 0 && message.client.size() <= max_name_bytes &&
         (!message.timeout || message.timeout->count() >= 0) && !message.request.empty();
}
inline bool is_valid(const StartedMessage& message) {
  return message.node.size() <= max_name_bytes;
}
inline bool is_valid(const BeatMessage& message) {
  return message.node.size() <= max_name_bytes && message.host.size() <= max_name_bytes &&
         message.slots > 0 && message.slots <= max_slots && message.busy <= message.slots &&
         message.status.size() <= max_notice_bytes;
}
inline bool is_valid(const AnnouncementMessage& message) {
  return message.text.size() <= max_notice_bytes;
}
inline bool is_valid(const CancelMessage& message) {
  return message.client.size() <= max_name_bytes;
}
inline bool is_valid(const OutcomeMessage&) {
  return true;
}
inline bool is_valid(const DiedMessage&) {
  return true;
}
inline bool is_valid(const RedeliveredMessage&) {
  return true;
}

/// Decodes the body of a message. No bytes can do more than fail.
template <typename Message>
Result<Message> decode_message(std::string_view body) {
  try {
    Decoder from(body);
    auto message = decode<Message>(from);
    from.finish();
    if (!is_valid(message)) return Error{"a message from the cluster has a value that nobody sends"};
    return message;
  } catch (const CodecError& error) {
    return Error{error.what()};
  }
}

}  // namespace spritefarm::cluster
