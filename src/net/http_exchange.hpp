#pragma once

#include "net/curl_handles.hpp"
#include "net/http_client.hpp"

#include <array>
#include <exception>
#include <functional>
#include <string_view>

namespace spritefarm::net {

constexpr std::size_t max_quoted = 300;  ///< bytes of a URL or of libcurl's text in a message

/// The options that all exchanges of a client share, as libcurl takes them. The client owns it; it outlives
/// them.
struct ExchangeSettings {
  explicit ExchangeSettings(const HttpOptions& options);

  StringList connect_to;
  std::string ca_file;
  std::string proxy;
  std::string user_agent;
};

/// One attempt at a request: sets the options of an easy handle, collects the response within its size limit
/// and checks that it is complete. The client creates one per transfer, on its thread. Neither moved nor
/// copied, because libcurl holds its address. finish() returns the failures of the server and the network;
/// only a lack of memory throws.
class HttpExchange {
 public:
  /// With `pipewait`, the transfer waits for a connection that is being opened to the same host, to share it
  /// (CURLOPT_PIPEWAIT).
  HttpExchange(CURL* easy, const ExchangeSettings& settings, const HttpRequest& request, bool pipewait);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  /// Call before the transfer. Calls `callback`, inside libcurl, when the connection is open and the request
  /// is sent.
  void on_request_sent(std::function<void(bool is_http1)> callback);
  /// Call before the transfer: it ends with CURLE_ABORTED_BY_CALLBACK as soon as its connection is open.
  void connect_only();

  /// Call when the transfer has ended with `result`. Returns `none` for a complete response with status 200,
  /// or 304 to a conditional request; else the failure.
  FetchFailure finish(CURLcode result);

  /// After finish(): the failure and its remedy, for the user, without the URL.
  [[nodiscard]] std::string explain(const HttpOptions& options) const;

  [[nodiscard]] HttpResponse& response() noexcept { return m_response; }
  [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }
  [[nodiscard]] const std::string& retry_after() const noexcept { return m_retry_after; }
  /// Whether the response was HTTP/1.x.
  [[nodiscard]] bool is_http1() const noexcept { return m_is_http1; }

  /// Called by libcurl with the head of the request, each header line and each part of the body.
  void take_request_head(std::string_view head);
  void take_header(std::string_view line);
  bool take_body(std::string_view part);

 private:
  [[nodiscard]] bool is_truncated() const;
  FetchFailure succeed();

  CURL* m_easy;
  const Validators m_known;
  const std::string m_capture_header;
  StringList m_headers;
  CachingHeaders m_caching;
  std::size_t m_max_bytes;
  std::function<void(bool)> m_on_request_sent;
  HttpResponse m_response;
  std::string m_retry_after;
  bool m_is_http1 = false;
  bool m_is_too_large = false;
  std::size_t m_bytes = 0;
  FetchFailure m_failure = FetchFailure::none;
  CURLcode m_result = CURLE_OK;
  std::exception_ptr m_callback_error;
  std::array<char, CURL_ERROR_SIZE> m_detail{};
};

}  // namespace spritefarm::net
