#include "net/http_exchange.hpp"

#include "net/url.hpp"
#include "text/printable_text.hpp"
#include "text/trim.hpp"

#include <spritefarm/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fstream>
#include <new>
#include <utility>

namespace spritefarm::net {
namespace {

constexpr std::size_t max_error_page = 64 << 10;  // bytes read of the body of an error response
// A slower transfer is aborted before its timeout, so that a retry can begin earlier.
constexpr long min_bytes_per_second = 16;
constexpr long max_slow_seconds = 15;
constexpr long max_redirects = 5;

std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& exchange = *static_cast<HttpExchange*>(self);
  exchange.take_header({data, size});
  return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
  return static_cast<HttpExchange*>(self)->take_body({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) noexcept {
  if (type == CURLINFO_HEADER_OUT) static_cast<HttpExchange*>(self)->take_request_head({data, size});
  return 0;
}

int abort_request(void*, char*, char*, int, int) noexcept {
  return CURL_PREREQFUNC_ABORT;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

FetchFailure failure_of(CURL* easy, CURLcode code, long status) {
  switch (code) {
    case CURLE_OK:
      return FetchFailure::none;
    case CURLE_UNSUPPORTED_PROTOCOL:  // with a status: a redirect; without: a response that is not HTTP
      return status ? FetchFailure::url : FetchFailure::connection;
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
      return FetchFailure::url;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return FetchFailure::unresolved;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return FetchFailure::certificate;
    case CURLE_OPERATION_TIMEDOUT:
      return FetchFailure::timeout;
    case CURLE_FILESIZE_EXCEEDED:
      return FetchFailure::too_large;
    case CURLE_COULDNT_CONNECT: {
      long system_error = 0;
      curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system_error);
      return system_error == ECONNREFUSED ? FetchFailure::refused : FetchFailure::connection;
    }
    default:
      return FetchFailure::connection;
  }
}

std::string explain_status(long status) {
  switch (status) {
    case 404:
      return "status 404, not found; check the name or the base URL";
    case 429:
      return "status 429, too many requests; try again later or with a lower --rate";
    default:
      break;
  }
  if (status >= 500) return fmt::format("status {}, server error; try again later", status);
  return fmt::format("status {}, expected 200; check the base URL", status);
}

/// The headers of a conditional request (RFC 9110 §13.1). Validators that are not valid as header values are
/// left out.
std::vector<std::string> conditions(const Validators& known) {
  const auto is_header_value = [](const std::string& text) {
    return !text.empty() &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  std::vector<std::string> headers;
  if (is_header_value(known.etag)) headers.push_back("If-None-Match: " + known.etag);
  if (is_header_value(known.last_modified)) headers.push_back("If-Modified-Since: " + known.last_modified);
  return headers;
}

/// The file of the system's CA certificates; empty if there is no readable one. libcurl reads a file once per
/// client, but the system's CA directory once per connection, which takes longer than a handshake.
std::string system_certificates() {
  const char* file = nullptr;
  const EasyHandle easy = make_easy();
  curl_easy_getinfo(easy.get(), CURLINFO_CAINFO, &file);
  return file && std::ifstream(file) ? file : "";
}

}  // namespace

ExchangeSettings::ExchangeSettings(const HttpOptions& options)
    : connect_to(make_list(options.connect_to)),
      ca_file(options.ca_file.empty() ? system_certificates() : options.ca_file),
      proxy(options.proxy),
      user_agent(fmt::format("spritefarm/" SPRITEFARM_VERSION " (+libcurl/{})",
                             curl_version_info(CURLVERSION_NOW)->version)) {}

HttpExchange::HttpExchange(CURL* easy, const ExchangeSettings& settings, const HttpRequest& request,
                           bool pipewait)
    : m_easy(easy),
      m_known(request.known),
      m_capture_header(request.capture_header),
      m_headers(make_list(conditions(request.known))),
      m_max_bytes(request.max_bytes) {
  const char* const protocols = request.url.starts_with("https:") ? "https" : "http,https";
  set_option(easy, CURLOPT_URL, request.url.c_str());
  set_option(easy, CURLOPT_PROTOCOLS_STR, protocols);
  set_option(easy, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  set_option(easy, CURLOPT_FOLLOWLOCATION, 1L);
  set_option(easy, CURLOPT_MAXREDIRS, max_redirects);
  set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set_option(easy, CURLOPT_PIPEWAIT, pipewait ? 1L : 0L);
  set_option(easy, CURLOPT_NOSIGNAL, 1L);
  set_option(easy, CURLOPT_QUICK_EXIT, 1L);
  set_option(easy, CURLOPT_LOW_SPEED_LIMIT, min_bytes_per_second);
  set_option(easy, CURLOPT_LOW_SPEED_TIME, max_slow_seconds);
  set_option(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
  set_option(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (m_headers) set_option(easy, CURLOPT_HTTPHEADER, m_headers.get());
  if (request.compressed) set_option(easy, CURLOPT_ACCEPT_ENCODING, "");
  if (settings.connect_to) set_option(easy, CURLOPT_CONNECT_TO, settings.connect_to.get());
  if (!settings.ca_file.empty()) {
    set_option(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
    set_option(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!settings.proxy.empty()) set_option(easy, CURLOPT_PROXY, settings.proxy.c_str());
  set_option(easy, CURLOPT_ERRORBUFFER, m_detail.data());
  set_option(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set_option(easy, CURLOPT_HEADERDATA, this);
  set_option(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set_option(easy, CURLOPT_WRITEDATA, this);
}

void HttpExchange::on_request_sent(std::function<void(bool is_http1)> callback) {
  m_on_request_sent = std::move(callback);
  // Only the debug callback shows the negotiated HTTP version before the response arrives.
  set_option(m_easy, CURLOPT_VERBOSE, 1L);
  set_option(m_easy, CURLOPT_DEBUGFUNCTION, &on_debug);
  set_option(m_easy, CURLOPT_DEBUGDATA, this);
}

void HttpExchange::connect_only() {
  set_option(m_easy, CURLOPT_PREREQFUNCTION, &abort_request);
}

void HttpExchange::take_request_head(std::string_view head) try {
  if (!m_on_request_sent || head.starts_with("CONNECT ")) return;  // to a proxy
  const std::string_view request_line = head.substr(0, head.find_first_of("\r\n"));
  std::exchange(m_on_request_sent, nullptr)(request_line.find(" HTTP/1.") != request_line.npos);
} catch (...) {
  m_callback_error = std::current_exception();
}

void HttpExchange::take_header(std::string_view line) try {
  line = text::trim(line);
  if (line.starts_with(
          "HTTP/")) {  // a new response: the previous one was a redirect or an interim response (1xx)
    m_is_http1 = line.starts_with("HTTP/1");
    m_response = {};
    m_caching = {};
    m_retry_after.clear();
    if (const std::size_t space = line.find(' '); space != line.npos) {
      const std::string_view code = line.substr(space + 1);
      std::from_chars(code.data(), code.data() + code.size(), m_response.status);
    }
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  const std::string_view name = line.substr(0, colon), value = text::trim(line.substr(colon + 1));
  if (equal_ignoring_case(name, "etag")) m_response.validators.etag = value;
  if (equal_ignoring_case(name, "last-modified")) m_caching.last_modified = value;
  if (equal_ignoring_case(name, "age")) m_caching.age = value;
  if (equal_ignoring_case(name, "cache-control"))
    m_caching.cache_control += (m_caching.cache_control.empty() ? "" : ",") + std::string(value);
  if (!m_capture_header.empty() && equal_ignoring_case(name, m_capture_header)) m_response.captured = value;
  if (equal_ignoring_case(name, "retry-after")) m_retry_after = value;
} catch (...) {
  m_callback_error = std::current_exception();
}

bool HttpExchange::take_body(std::string_view part) try {
  m_bytes += part.size();
  if (m_response.status != 200) return m_bytes <= max_error_page;
  m_is_too_large = part.size() > m_max_bytes - m_response.body.size();
  if (m_is_too_large) return false;
  m_response.body += part;
  return true;
} catch (...) {
  m_callback_error = std::current_exception();
  return false;
}

/// Compares Content-Length with the bytes received, both before decoding. libcurl 7.88 can report success for
/// a truncated body, when an HTTP/2 stream is reset without an error.
bool HttpExchange::is_truncated() const {
  curl_off_t announced = -1, received = 0;
  curl_easy_getinfo(m_easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  curl_easy_getinfo(m_easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  return announced >= 0 && received != announced;
}

FetchFailure HttpExchange::finish(CURLcode result) {
  if (m_callback_error) std::rethrow_exception(m_callback_error);
  m_result = result;
  const bool is_complete_or_cut = result == CURLE_OK || result == CURLE_WRITE_ERROR;
  if (m_response.status == 304 && !m_known.empty() && result == CURLE_OK) return succeed();
  // The status decides, even if the body of an error response is truncated or too long.
  if (m_response.status >= 400 || (m_response.status != 200 && is_complete_or_cut)) {
    m_failure = FetchFailure::status;
  } else if (m_is_too_large) {
    m_failure = FetchFailure::too_large;
  } else {
    m_failure = failure_of(m_easy, result, m_response.status);
    if (m_failure == FetchFailure::none && is_truncated()) {
      m_failure = FetchFailure::connection;
      m_result = CURLE_PARTIAL_FILE;
    }
  }
  return m_failure == FetchFailure::none ? succeed() : m_failure;
}

FetchFailure HttpExchange::succeed() {
  m_response.validators.last_modified = m_caching.last_modified;
  if (m_response.status == 304 && m_response.validators.empty()) m_response.validators = m_known;
  m_response.freshness_lifetime = freshness_lifetime(m_caching, std::time(nullptr));
  return m_failure = FetchFailure::none;
}

std::string HttpExchange::explain(const HttpOptions& options) const {
  const std::string detail =
      text::excerpt(m_detail[0] ? m_detail.data() : curl_easy_strerror(m_result), max_quoted);
  switch (m_failure) {
    case FetchFailure::url:
      return fmt::format("cannot use this URL ({}); check the base URL", detail);
    case FetchFailure::unresolved:
      return fmt::format("the host name does not resolve ({}); check the name and the network", detail);
    case FetchFailure::refused:
      return fmt::format("connection refused ({}); check the host and port", detail);
    case FetchFailure::certificate:
      return fmt::format("cannot verify the server's certificate ({}); pass its CA with --cacert", detail);
    case FetchFailure::timeout:
      return fmt::format("no complete response within {} s; try again later or with a longer --timeout",
                         options.timeout.count() / 1000.0);
    case FetchFailure::connection:
      return fmt::format("the connection failed ({}); check the network or try again later", detail);
    case FetchFailure::status:
      return explain_status(m_response.status);
    case FetchFailure::too_large:
      return fmt::format("the response is larger than the limit of {} bytes; check the base URL",
                         m_max_bytes);
    case FetchFailure::none:
    case FetchFailure::rejected:
      break;
  }
  return {};
}

}  // namespace spritefarm::net
