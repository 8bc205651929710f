#pragma once

#include "net/curl_handles.hpp"
#include "net/http_client.hpp"

#include <array>
#include <exception>
#include <functional>
#include <string_view>

namespace spritefarm::net {

constexpr std::size_t max_quoted = 300;  ///< bytes of a URL or of libcurl's own words in a message

/// What all exchanges of a client share, in the form libcurl takes it. The client's; outlives them.
struct ExchangeSettings {
  explicit ExchangeSettings(const HttpOptions& options);

  StringList connect_to;
  std::string ca_file;
  std::string proxy;
  std::string user_agent;
};

/// One attempt at a request: it tells an easy handle what to ask for, collects what comes, within bounds, and
/// judges whether it came whole. Lives as long as the transfer, on the client's thread; neither moved nor
/// copied, as libcurl holds its address. What a server does wrong is in failure(); only a lack of memory
/// throws.
class HttpExchange {
 public:
  /// With `shares` it waits for a connection that is being opened to the same place, to share it.
  HttpExchange(CURL* easy, const ExchangeSettings& settings, const HttpRequest& request, bool shares);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  /// Before the transfer: calls back, from within libcurl, when the connection is there and the request leaves,
  /// with whether it leaves in HTTP/1.x.
  void on_request_sent(std::function<void(bool is_http1)> callback);
  /// Before the transfer: it ends, with CURLE_ABORTED_BY_CALLBACK, as soon as its connection is there.
  void connect_only();

  /// To be called once the transfer has ended with `result`: the failure, `none` for a whole response with
  /// status 200, or for a 304 that was offered.
  FetchFailure finish(CURLcode result);

  /// After finish(): a sentence about the failure, without the URL.
  [[nodiscard]] std::string explain(const HttpOptions& options) const;

  [[nodiscard]] HttpResponse& response() noexcept { return m_response; }
  [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }
  [[nodiscard]] const std::string& retry_after() const noexcept { return m_retry_after; }
  /// Whether the server answered in HTTP/1.x.
  [[nodiscard]] bool is_http1() const noexcept { return m_is_http1; }

  /// Called (by libcurl) with what leaves and with each part of the response.
  void take_request_head(std::string_view head);
  void take_header(std::string_view line);
  bool take_body(std::string_view part);

 private:
  [[nodiscard]] bool has_missing_bytes() const;
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
  std::exception_ptr m_no_memory;
  std::array<char, CURL_ERROR_SIZE> m_detail{};
};

}  // namespace spritefarm::net
