#pragma once

#include "net/address_guard.hpp"
#include "net/curl_handles.hpp"
#include "net/http_client.hpp"
#include "net/requested_pause.hpp"

#include <array>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>

namespace spritefarm::net {

constexpr std::size_t max_quoted = 300;  ///< bytes of a URL or of libcurl's text in a message

/// The options that all exchanges of a client share, as libcurl takes them. The client owns it and the
/// HttpOptions; they outlive the exchanges.
struct ExchangeSettings {
  ExchangeSettings(const HttpOptions& http_options, HostTable& hosts);

  const HttpOptions& options;
  StringList connect_to;
  std::string ca_file;
  std::string user_agent;
  bool may_use_http_proxy;
  AddressGuard guard;
};

/// One attempt at a request: sets the options of an easy handle, collects the response within its size limit
/// and checks that it is complete. The client creates one per transfer, on its thread. Neither moved nor
/// copied, because libcurl holds its address. finish() returns the failures of the server and the network,
/// and a lack of memory or descriptors.
class HttpExchange {
 public:
  /// With `pipewait`, the transfer waits for a connection that is being opened to the same host, to share it
  /// (CURLOPT_PIPEWAIT).
  HttpExchange(CURL* easy, ExchangeSettings& settings, const HttpRequest& request, bool pipewait);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  /// Call before the transfer. Calls `callback`, inside libcurl, when the connection is open and the request
  /// is sent.
  void on_request_sent(std::function<void(bool is_http1)> callback);
  /// Call before the transfer: it ends with CURLE_ABORTED_BY_CALLBACK as soon as its connection is open.
  void connect_only();
  /// Call before the transfer: it opens a connection of its own.
  void use_new_connection();
  /// Call before the transfer. Calls `callback`, inside libcurl, with the size of each header and each part
  /// of the body as it was sent, before it is taken. If it returns false, a part of the body pauses the
  /// transfer and comes again when that continues.
  void on_bytes(std::function<bool(std::size_t)> callback);

  /// Call before the transfer. Calls `callback`, inside libcurl, with the size that the body would have with
  /// its next part. If it returns false, the part pauses the transfer and comes again when that continues.
  void on_growth(std::function<bool(std::size_t)> callback);

  /// Call when the transfer has ended with `result`. Returns `none` for a complete response with status 200,
  /// or 304 to a conditional request; else the failure.
  FetchFailure finish(CURLcode result);

  /// After finish(): the failure and its remedy, for the user, without the URL.
  [[nodiscard]] std::string explain(const HttpOptions& options) const;

  [[nodiscard]] HttpResponse& response() noexcept { return m_response; }
  [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }
  [[nodiscard]] const PauseHeaders& pause_headers() const noexcept { return m_pause_headers; }
  /// Whether the response was HTTP/1.x.
  [[nodiscard]] bool is_http1() const noexcept { return m_is_http1; }

  /// Called by libcurl with the head of the request, each header line and each part of the body.
  void take_request_head(std::string_view head);
  /// The address of the connection that the request is about to be sent on. False: it is not sent.
  [[nodiscard]] bool take_peer(std::string_view address, int port);
  /// Whether a connection may be tried.
  [[nodiscard]] bool take_address(const sockaddr& address);
  void take_header(std::string_view line);
  /// The result for libcurl's write callback.
  std::size_t take_body(std::string_view part);

 private:
  void watch_request_head();
  void set_proxy(const ExchangeSettings& settings, bool is_http);
  void reserve_body();
  [[nodiscard]] std::optional<long> proxy_refusal() const;
  [[nodiscard]] bool is_truncated() const;
  FetchFailure succeed();

  CURL* m_easy;
  AddressGuard& m_guard;
  const bool m_is_at_home;
  bool m_connects_only = false;
  std::string m_forbidden_peer;  // its address
  const Validators m_known;
  const std::string m_capture_header;
  StringList m_headers;
  CachingHeaders m_caching;
  std::size_t m_max_bytes;
  std::function<void(bool)> m_on_request_sent;
  std::function<bool(std::size_t)> m_on_bytes, m_on_growth;
  HttpResponse m_response;
  PauseHeaders m_pause_headers;
  bool m_is_http1 = false;
  bool m_is_sent_to_proxy = false;  // the request itself, not a CONNECT before it
  bool m_is_too_large = false;
  std::size_t m_bytes = 0;
  std::size_t m_received = 0;  // of the body, before decoding
  FetchFailure m_failure = FetchFailure::none;
  CURLcode m_result = CURLE_OK;
  long m_proxy_status = 0;
  std::exception_ptr m_callback_error;
  std::array<char, CURL_ERROR_SIZE> m_detail{};
};

}  // namespace spritefarm::net
