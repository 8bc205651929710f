#include "cluster/amqp_connection.hpp"

#include <array>
#include <cstdlib>
#include <new>

namespace spritefarm::cluster {
namespace {

constexpr int frame_size = 131'072;
constexpr timeval wait_limit{AmqpConnection::rpc_timeout.count(), 0};

amqp_bytes_t bytes(const std::string& text) noexcept {
  return {text.size(), const_cast<char*>(text.data())};
}
std::string text(amqp_bytes_t bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

amqp_table_entry_t entry(const char* key, bool value) noexcept {
  amqp_table_entry_t made{amqp_cstring_bytes(key), {}};
  made.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  made.value.value.boolean = value;
  return made;
}
amqp_table_entry_t entry(const char* key, const std::string& value) noexcept {
  amqp_table_entry_t made{amqp_cstring_bytes(key), {}};
  made.value.kind = AMQP_FIELD_KIND_UTF8;
  made.value.value.bytes = bytes(value);
  return made;
}
amqp_table_entry_t entry(const char* key, std::int64_t value) noexcept {
  amqp_table_entry_t made{amqp_cstring_bytes(key), {}};
  made.value.kind = AMQP_FIELD_KIND_I64;
  made.value.value.i64 = value;
  return made;
}
template <std::size_t Size>
amqp_table_t table(std::array<amqp_table_entry_t, Size>& entries) noexcept {
  return {static_cast<int>(entries.size()), entries.data()};
}

}  // namespace

AmqpConnection::AmqpConnection(const BrokerAddress& address, const Broker& options, const std::string& name)
    : m_connection(amqp_new_connection()) {
  if (!m_connection) throw std::bad_alloc();
  open_socket(address, options);
  log_in(address, options, name);
  m_channel = open_channel();
  amqp_confirm_select(m_connection.get(), m_channel);
  expect("ask for confirmations");
}

void AmqpConnection::open_socket(const BrokerAddress& address, const Broker& options) {
  amqp_socket_t* socket = nullptr;
  if (address.is_encrypted) {
    socket = amqp_ssl_socket_new(m_connection.get());
    if (!socket) throw std::bad_alloc();
    const std::string authorities =
        options.cacert.empty() ? "/etc/ssl/certs/ca-certificates.crt" : options.cacert;
    if (amqp_ssl_socket_set_cacert(socket, authorities.c_str()) != AMQP_STATUS_OK)
      throw BrokerError("cannot read the certificate authorities in " + authorities, true);
    if (!options.certificate.empty() &&
        amqp_ssl_socket_set_key(socket, options.certificate.c_str(), options.key.c_str()) != AMQP_STATUS_OK)
      throw BrokerError("cannot read the client certificate " + options.certificate + " with its key", true);
    amqp_ssl_socket_set_verify_peer(socket, 1);
    amqp_ssl_socket_set_verify_hostname(socket, 1);
    amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
  } else {
    socket = amqp_tcp_socket_new(m_connection.get());
    if (!socket) throw std::bad_alloc();
  }
  const int status = amqp_socket_open_noblock(socket, address.host.c_str(), address.port, &wait_limit);
  if (status == AMQP_STATUS_OK) return;
  const bool is_refusal =
      status == AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED || status == AMQP_STATUS_SSL_PEER_VERIFY_FAILED;
  throw BrokerError("cannot connect to " + address.text() + ": " + amqp_error_string2(status), is_refusal);
}

void AmqpConnection::log_in(const BrokerAddress& address, const Broker& options, const std::string& name) {
  // These replace the library's own.
  std::array capabilities{entry("authentication_failure_close", true), entry("consumer_cancel_notify", true),
                          entry("connection.blocked", true), entry("publisher_confirms", true),
                          entry("basic.nack", true)};
  const std::string product = "spritefarm";
  std::array properties{entry("product", product), entry("connection_name", name),
                        amqp_table_entry_t{amqp_cstring_bytes("capabilities"), {}}};
  properties.back().value.kind = AMQP_FIELD_KIND_TABLE;
  properties.back().value.value.table = table(capabilities);
  const amqp_table_t all = table(properties);
  amqp_set_handshake_timeout(m_connection.get(), &wait_limit);
  amqp_set_rpc_timeout(m_connection.get(), &wait_limit);
  const int heartbeat = static_cast<int>(options.heartbeat.count());
  const auto reply =
      amqp_login_with_properties(m_connection.get(), address.vhost.c_str(), 0, frame_size, heartbeat, &all,
                                 AMQP_SASL_METHOD_PLAIN, address.user.c_str(), address.password.c_str());
  if (const auto failed = failure(reply, "log in to " + address.text()))
    throw BrokerError(failed->what(), failed->code() != 0, failed->code());
}

amqp_channel_t AmqpConnection::open_channel() {
  const auto channel = ++m_last_channel;
  amqp_channel_open(m_connection.get(), channel);
  expect("open a channel");
  return channel;
}

int AmqpConnection::fd() const {
  return amqp_get_sockfd(m_connection.get());
}

// ---- declarations -----------------------------------------------------------------------------------------

std::optional<BrokerError> AmqpConnection::failure(const amqp_rpc_reply_t& reply, const std::string& what) {
  switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
      return std::nullopt;
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto& closed = *static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
        return BrokerError("cannot " + what + ": the broker says: " + text(closed.reply_text),
                           closed.reply_code == 403, closed.reply_code);
      }
      if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const auto& closed = *static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
        return BrokerError("cannot " + what + ": the broker says: " + text(closed.reply_text),
                           closed.reply_code == 403, closed.reply_code);
      }
      break;
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      return BrokerError("cannot " + what + ": " + amqp_error_string2(reply.library_error), false);
    case AMQP_RESPONSE_NONE:
      break;
  }
  return BrokerError("cannot " + what + ": the connection ended", false);
}

/// After a call of the library that waits for the broker's reply.
void AmqpConnection::expect(const std::string& what) {
  if (auto failed = failure(amqp_get_rpc_reply(m_connection.get()), what)) throw std::move(*failed);
}

void AmqpConnection::check(int status, const char* what) const {
  if (status != AMQP_STATUS_OK)
    throw BrokerError(std::string("cannot ") + what + ": " + amqp_error_string2(status), false);
}

/// Asks on a channel of its own, which the broker closes if the answer is no.
template <typename Probe>
bool AmqpConnection::probe(const std::string& what, Probe passive) {
  const auto channel = open_channel();
  passive(channel);
  const auto failed = failure(amqp_get_rpc_reply(m_connection.get()), what);
  if (!failed) {
    amqp_channel_close(m_connection.get(), channel, AMQP_REPLY_SUCCESS);
    return true;
  }
  if (failed->code() != 0) {
    amqp_channel_close_ok_t closed{};
    check(amqp_send_method(m_connection.get(), channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &closed),
          "close a channel");
  }
  if (failed->code() != 404) throw *failed;
  return false;
}

bool AmqpConnection::queue_exists(const std::string& name) {
  return probe("look for queue " + name, [&](amqp_channel_t channel) {
    amqp_queue_declare(m_connection.get(), channel, bytes(name), true, false, false, false, amqp_empty_table);
  });
}

// Users without the right to configure may still find what an administrator has declared.

void AmqpConnection::declare_exchange(const std::string& name, const char* kind) {
  const bool exists = probe("look for exchange " + name, [&](amqp_channel_t channel) {
    amqp_exchange_declare(m_connection.get(), channel, bytes(name), amqp_cstring_bytes(kind), true, true,
                          false, false, amqp_empty_table);
  });
  if (exists) return;
  amqp_exchange_declare(m_connection.get(), m_channel, bytes(name), amqp_cstring_bytes(kind), false, true,
                        false, false, amqp_empty_table);
  expect("declare exchange " + name);
}

void AmqpConnection::declare_queue(const std::string& name, const QueueArguments& arguments) {
  if (queue_exists(name)) return;
  std::vector<amqp_table_entry_t> entries;
  for (const auto& argument : arguments)
    std::visit([&](const auto& value) { entries.push_back(entry(argument.first.c_str(), value)); },
               argument.second);
  amqp_queue_declare(m_connection.get(), m_channel, bytes(name), false, true, false, false,
                     {static_cast<int>(entries.size()), entries.data()});
  expect("declare queue " + name);
}

void AmqpConnection::declare_own_queue(const std::string& name) {
  amqp_queue_declare(m_connection.get(), m_channel, bytes(name), false, false, true, true, amqp_empty_table);
  expect("declare queue " + name);
}

void AmqpConnection::bind_queue(const std::string& queue, const std::string& exchange, const std::string& key,
                                bool may_be_bound) {
  try {
    probe("bind queue " + queue, [&](amqp_channel_t channel) {
      amqp_queue_bind(m_connection.get(), channel, bytes(queue), bytes(exchange), bytes(key),
                      amqp_empty_table);
    });
  } catch (const BrokerError& error) {
    if (!may_be_bound || error.code() != 403) throw;
  }
}

void AmqpConnection::delete_queue(const std::string& name) {
  amqp_queue_delete(m_connection.get(), m_channel, bytes(name), false, false);
  expect("delete queue " + name);
}

void AmqpConnection::consume(const std::string& queue, const std::string& consumer, bool acknowledges,
                             int prefetch) {
  amqp_basic_qos(m_connection.get(), m_channel, 0, static_cast<std::uint16_t>(prefetch), false);
  expect("limit the messages of queue " + queue);
  amqp_basic_consume(m_connection.get(), m_channel, bytes(queue), bytes(consumer), false, !acknowledges,
                     false, amqp_empty_table);
  expect("read queue " + queue);
}

void AmqpConnection::cancel_consumer(const std::string& consumer) {
  amqp_basic_cancel(m_connection.get(), m_channel, bytes(consumer));
  expect("leave a queue");
}

// ---- messages ---------------------------------------------------------------------------------------------

std::uint64_t AmqpConnection::publish(const AmqpPublication& publication, const std::string& body) {
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG |
                      AMQP_BASIC_REPLY_TO_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG;
  properties.delivery_mode = publication.is_durable ? 2 : 1;
  properties.type = bytes(publication.type);
  properties.app_id = bytes(publication.app_id);
  properties.reply_to = bytes(publication.reply_to);
  properties.correlation_id = bytes(publication.correlation_id);
  check(amqp_basic_publish(m_connection.get(), m_channel, bytes(publication.exchange),
                           bytes(publication.routing_key), publication.is_mandatory, false, &properties,
                           bytes(body)),
        "send a message");
  return ++m_published;
}

void AmqpConnection::acknowledge(std::uint64_t tag, bool multiple) {
  check(amqp_basic_ack(m_connection.get(), m_channel, tag, multiple), "acknowledge a message");
}

void AmqpConnection::requeue(std::uint64_t tag) {
  check(amqp_basic_nack(m_connection.get(), m_channel, tag, false, true), "give back a message");
}

void AmqpConnection::pump(AmqpListener& listener) {
  for (;;) {
    amqp_maybe_release_buffers(m_connection.get());
    amqp_frame_t frame;
    const timeval no_time{};
    const int status = amqp_simple_wait_frame_noblock(m_connection.get(), &frame, &no_time);
    if (status == AMQP_STATUS_TIMEOUT) return;
    check(status, "read from the broker");
    if (frame.frame_type == AMQP_FRAME_METHOD) {
      on_method(frame.payload.method, listener);
    } else if (frame.frame_type == AMQP_FRAME_HEADER && m_assembly) {
      on_header(frame, listener);
    } else if (frame.frame_type == AMQP_FRAME_BODY && m_assembly) {
      m_assembly->message.body += text(frame.payload.body_fragment);
      if (m_assembly->message.body.size() >= m_assembly->size) finish(listener);
    }
  }
}

void AmqpConnection::on_method(const amqp_method_t& method, AmqpListener& listener) {
  switch (method.id) {
    case AMQP_BASIC_DELIVER_METHOD: {
      const auto& delivery = *static_cast<const amqp_basic_deliver_t*>(method.decoded);
      m_assembly = Assembly{};
      m_assembly->message.tag = delivery.delivery_tag;
      m_assembly->message.is_redelivered = delivery.redelivered != 0;
      m_assembly->message.consumer = text(delivery.consumer_tag);
      m_assembly->message.routing_key = text(delivery.routing_key);
      return;
    }
    case AMQP_BASIC_RETURN_METHOD: {
      const auto& returned = *static_cast<const amqp_basic_return_t*>(method.decoded);
      m_assembly = Assembly{.message = {}, .is_returned = true};
      m_assembly->message.routing_key = text(returned.routing_key);
      return;
    }
    case AMQP_BASIC_ACK_METHOD: {
      const auto& accepted = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      return listener.on_confirmed(accepted.delivery_tag, accepted.multiple != 0, true);
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& refused = *static_cast<const amqp_basic_nack_t*>(method.decoded);
      return listener.on_confirmed(refused.delivery_tag, refused.multiple != 0, false);
    }
    case AMQP_CONNECTION_BLOCKED_METHOD:
      return listener.on_blocked(true);
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      return listener.on_blocked(false);
    case AMQP_BASIC_CANCEL_METHOD:
      throw BrokerError("the broker has deleted a queue of ours", false);
    case AMQP_CHANNEL_CLOSE_METHOD:
      throw BrokerError(
          "the broker says: " + text(static_cast<const amqp_channel_close_t*>(method.decoded)->reply_text),
          false);
    case AMQP_CONNECTION_CLOSE_METHOD:
      throw BrokerError(
          "the broker says: " + text(static_cast<const amqp_connection_close_t*>(method.decoded)->reply_text),
          false);
    default:
      return;
  }
}

void AmqpConnection::on_header(const amqp_frame_t& frame, AmqpListener& listener) {
  const auto& properties = *static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
  AmqpMessage& message = m_assembly->message;
  // Copied, because the library reuses the memory.
  if (properties._flags & AMQP_BASIC_TYPE_FLAG) message.type = text(properties.type);
  if (properties._flags & AMQP_BASIC_REPLY_TO_FLAG) message.reply_to = text(properties.reply_to);
  if (properties._flags & AMQP_BASIC_APP_ID_FLAG) message.app_id = text(properties.app_id);
  m_assembly->size = frame.payload.properties.body_size;
  if (m_assembly->size == 0) finish(listener);
}

void AmqpConnection::finish(AmqpListener& listener) {
  Assembly whole = std::move(*m_assembly);
  m_assembly.reset();
  if (whole.is_returned)
    listener.on_returned(std::move(whole.message));
  else
    listener.on_message(std::move(whole.message));
}

void AmqpConnection::close() noexcept {
  if (m_connection) amqp_connection_close(m_connection.get(), AMQP_REPLY_SUCCESS);
}

}  // namespace spritefarm::cluster
