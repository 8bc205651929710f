#include "net/http_exchange.hpp"

#include "net/failure_advice.hpp"
#include "net/url.hpp"
#include "posix/fd.hpp"
#include "system/ip_address.hpp"
#include "text/ascii_case.hpp"
#include "text/printable_text.hpp"
#include "text/trim.hpp"

#include <spritefarm/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <new>
#include <utility>

namespace spritefarm::net {
namespace {

constexpr std::size_t max_error_page = 64 << 10;  // bytes read of the body of an error response
constexpr long max_redirects = 5;

std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& exchange = *static_cast<HttpExchange*>(self);
  exchange.take_header({data, size});
  return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
  return static_cast<HttpExchange*>(self)->take_body({data, size});
}

int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) noexcept {
  if (type == CURLINFO_HEADER_OUT) static_cast<HttpExchange*>(self)->take_request_head({data, size});
  return 0;
}

int on_connected(void* self, char* peer, char*, int port, int) noexcept {
  return static_cast<HttpExchange*>(self)->take_peer(peer, port) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* to) noexcept {
  if (!static_cast<HttpExchange*>(self)->take_address(to->addr)) return CURL_SOCKET_BAD;
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/// `detail`: libcurl's message.
FetchFailure failure_of(CURL* easy, CURLcode code, long status, std::string_view detail) {
  // The resolver's thread: a program that could start its own lacks the room for another stack.
  if (detail.ends_with("thread failed to start")) return FetchFailure::memory;
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
    case CURLE_BAD_CONTENT_ENCODING:
      return FetchFailure::encoding;
    case CURLE_OUT_OF_MEMORY:
      return FetchFailure::memory;
    case CURLE_FILESIZE_EXCEEDED:
      return FetchFailure::too_large;
    case CURLE_COULDNT_CONNECT: {
      long system_error = 0;
      curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system_error);
      if (system_error == EACCES) return FetchFailure::forbidden;
      return system_error == ECONNREFUSED ? FetchFailure::refused : FetchFailure::connection;
    }
    default:
      return FetchFailure::connection;
  }
}

/// Appends the headers of a conditional request (RFC 9110 §13.1). Validators that are not valid as header
/// values are left out.
void add_conditions(const Validators& known, std::vector<std::string>& headers) {
  const auto is_header_value = [](const std::string& text) {
    return !text.empty() &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  if (is_header_value(known.etag)) headers.push_back("If-None-Match: " + known.etag);
  if (is_header_value(known.last_modified)) headers.push_back("If-Modified-Since: " + known.last_modified);
}

/// Whether only the origin for which the header was given may see it. It is libcurl's rule for redirects.
bool is_secret(std::string_view header) {
  const std::string_view name = header.substr(0, header.find_first_of(":;"));
  return text::equal_ignoring_case(name, "authorization") || text::equal_ignoring_case(name, "cookie");
}

bool is_at_home(const std::string& url, const HttpOptions& options) {
  const std::optional<Url> parsed = options.home.empty() ? std::nullopt : parse_url(url);
  return parsed && text::equal_ignoring_case(parsed->origin(), options.home);
}

std::vector<std::string> headers_of(const HttpRequest& request, const HttpOptions& options) {
  const bool at_home = !options.headers.empty() && is_at_home(request.url, options);
  std::vector<std::string> headers;
  for (const std::string& header : options.headers)
    if (at_home || !is_secret(header)) headers.push_back(header);
  if (!request.compressed) headers.emplace_back("Accept-Encoding: identity");  // replaces libcurl's own
  add_conditions(request.known, headers);
  return headers;
}

/// Whether requests to http URLs may go to a proxy.
bool may_use_http_proxy(const HttpOptions& options) {
  if (options.proxy) return !options.proxy->empty();
  const auto is_set = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  return is_set("http_proxy") || is_set("all_proxy") || is_set("ALL_PROXY");
}

/// Whether a proxy's status means that it will refuse the same request again.
bool is_final_refusal(long status) {
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
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

ExchangeSettings::ExchangeSettings(const HttpOptions& http_options, HostTable& hosts)
    : options(http_options),
      connect_to(make_list(options.connect_to)),
      ca_file(!options.ca_file.empty() || options.is_ca_directory_alone ? options.ca_file
                                                                        : system_certificates()),
      user_agent(options.user_agent.value_or(fmt::format("spritefarm/" SPRITEFARM_VERSION " (+libcurl/{})",
                                                         curl_version_info(CURLVERSION_NOW)->version))),
      may_use_http_proxy(net::may_use_http_proxy(options)),
      guard(options, hosts) {}

HttpExchange::HttpExchange(CURL* easy, ExchangeSettings& settings, const HttpRequest& request, bool pipewait)
    : m_easy(easy),
      m_guard(settings.guard),
      m_is_at_home(is_at_home(request.url, settings.options)),
      m_known(request.known),
      m_capture_header(request.capture_header),
      m_headers(make_list(headers_of(request, settings.options))),
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
  set_option(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
  set_option(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (m_headers) set_option(easy, CURLOPT_HTTPHEADER, m_headers.get());
  set_option(easy, CURLOPT_ACCEPT_ENCODING, "");  // decodes what the response declares
  set_option(easy, CURLOPT_HTTP_CONTENT_DECODING, request.decoded ? 1L : 0L);
  if (settings.connect_to) set_option(easy, CURLOPT_CONNECT_TO, settings.connect_to.get());
  const auto path = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  if (const std::string& directory = settings.options.ca_directory;
      path(settings.ca_file) || path(directory)) {
    set_option(easy, CURLOPT_CAINFO, path(settings.ca_file));
    set_option(easy, CURLOPT_CAPATH, path(directory));
  }
  if (const Credentials& login = settings.options.credentials; !login.empty() && m_is_at_home) {
    set_option(easy, CURLOPT_USERNAME, login.user.c_str());
    set_option(easy, CURLOPT_PASSWORD, login.password.c_str());
  }
  set_proxy(settings, request.url.starts_with("http:"));
  set_option(easy, CURLOPT_PREREQFUNCTION, &on_connected);
  set_option(easy, CURLOPT_PREREQDATA, this);
  set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set_option(easy, CURLOPT_OPENSOCKETDATA, this);
  set_option(easy, CURLOPT_ERRORBUFFER, m_detail.data());
  set_option(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set_option(easy, CURLOPT_HEADERDATA, this);
  set_option(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set_option(easy, CURLOPT_WRITEDATA, this);
}

void HttpExchange::set_proxy(const ExchangeSettings& settings, bool is_http) {
  const HttpOptions& options = settings.options;
  if (options.proxy) set_option(m_easy, CURLOPT_PROXY, options.proxy->c_str());
  if (const Credentials& login = options.proxy_credentials; !login.empty()) {
    set_option(m_easy, CURLOPT_PROXYUSERNAME, login.user.c_str());
    set_option(m_easy, CURLOPT_PROXYPASSWORD, login.password.c_str());
  }
  if (options.noproxy) set_option(m_easy, CURLOPT_NOPROXY, options.noproxy->c_str());
  if (is_http && settings.may_use_http_proxy) watch_request_head();
}

/// The debug callback shows the head of the request: the negotiated HTTP version before the response arrives,
/// and whether the request goes to a proxy.
void HttpExchange::watch_request_head() {
  set_option(m_easy, CURLOPT_VERBOSE, 1L);
  set_option(m_easy, CURLOPT_DEBUGFUNCTION, &on_debug);
  set_option(m_easy, CURLOPT_DEBUGDATA, this);
}

void HttpExchange::on_request_sent(std::function<void(bool is_http1)> callback) {
  m_on_request_sent = std::move(callback);
  watch_request_head();
}

void HttpExchange::connect_only() {
  m_connects_only = true;
}

void HttpExchange::use_new_connection() {
  set_option(m_easy, CURLOPT_FRESH_CONNECT, 1L);
}

void HttpExchange::on_bytes(std::function<bool(std::size_t)> callback) {
  m_on_bytes = std::move(callback);
}

bool HttpExchange::take_address(const sockaddr& address) {
  const system::IpEndpoint to = system::endpoint_of(address);
  if (m_guard.may_connect(to.address, to.port)) return true;
  m_forbidden_peer = to.address;
  return false;
}

bool HttpExchange::take_peer(std::string_view address, int port) {
  long redirects = 0;
  curl_easy_getinfo(m_easy, CURLINFO_REDIRECT_COUNT, &redirects);
  if (m_guard.admits(address, port, m_is_at_home && redirects == 0)) return !m_connects_only;
  m_forbidden_peer = address;
  return false;
}

void HttpExchange::on_growth(std::function<bool(std::size_t)> callback) {
  m_on_growth = std::move(callback);
}

void HttpExchange::take_request_head(std::string_view head) try {
  if (head.starts_with("CONNECT ")) return;  // to a proxy
  const std::string_view request_line = head.substr(0, head.find_first_of("\r\n"));
  m_is_sent_to_proxy = request_line.starts_with("GET http://");  // RFC 9112 §3.2.2
  if (!m_on_request_sent) return;
  std::exchange(m_on_request_sent, nullptr)(request_line.find(" HTTP/1.") != request_line.npos);
} catch (...) {
  m_callback_error = std::current_exception();
}

void HttpExchange::take_header(std::string_view line) try {
  if (m_on_bytes) (void)m_on_bytes(line.size());
  line = text::trim(line);
  if (line.starts_with(
          "HTTP/")) {  // a new response: the previous one was a redirect or an interim response (1xx)
    m_is_http1 = line.starts_with("HTTP/1");
    m_response = {};
    m_caching = {};
    m_pause_headers = {};
    if (const std::size_t space = line.find(' '); space != line.npos) {
      const std::string_view code = line.substr(space + 1);
      std::from_chars(code.data(), code.data() + code.size(), m_response.status);
    }
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  const std::string_view name = line.substr(0, colon), value = text::trim(line.substr(colon + 1));
  if (text::equal_ignoring_case(name, "etag")) m_response.validators.etag = value;
  if (text::equal_ignoring_case(name, "last-modified")) m_caching.last_modified = value;
  if (text::equal_ignoring_case(name, "age")) m_caching.age = value;
  if (text::equal_ignoring_case(name, "cache-control"))
    m_caching.cache_control += (m_caching.cache_control.empty() ? "" : ",") + std::string(value);
  if (!m_capture_header.empty() && text::equal_ignoring_case(name, m_capture_header))
    m_response.captured = value;
  m_pause_headers.take(name, value);
} catch (...) {
  m_callback_error = std::current_exception();
}

std::size_t HttpExchange::take_body(std::string_view part) try {
  curl_off_t received = 0;
  curl_easy_getinfo(m_easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  const auto sent = static_cast<std::size_t>(received);
  if (m_on_bytes && !m_on_bytes(sent - std::exchange(m_received, sent))) return CURL_WRITEFUNC_PAUSE;
  if (m_on_growth && m_response.status == 200 && !m_on_growth(m_response.body.size() + part.size()))
    return CURL_WRITEFUNC_PAUSE;
  m_bytes += part.size();
  if (m_response.status != 200) return m_bytes <= max_error_page ? part.size() : CURL_WRITEFUNC_ERROR;
  m_is_too_large = part.size() > m_max_bytes - m_response.body.size();
  if (m_is_too_large) return CURL_WRITEFUNC_ERROR;
  if (m_response.body.empty()) reserve_body();
  m_response.body += part;
  return part.size();
} catch (...) {
  m_callback_error = std::current_exception();
  return CURL_WRITEFUNC_ERROR;
}

/// Otherwise a body grows by doubling, and is in memory twice while it is copied.
void HttpExchange::reserve_body() {
  curl_off_t announced = -1;
  curl_easy_getinfo(m_easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  if (announced > 0) m_response.body.reserve(std::min(static_cast<std::size_t>(announced), m_max_bytes));
}

/// The status with which a proxy has refused the request for good; 0 if it is no HTTP proxy.
std::optional<long> HttpExchange::proxy_refusal() const {
  long status = 0, socks_error = 0;
  curl_easy_getinfo(m_easy, CURLINFO_HTTP_CONNECTCODE, &status);
  if (m_result != CURLE_OK && is_final_refusal(status)) return status;
  const bool is_login = m_response.status == 407;
  if (is_login || (m_is_sent_to_proxy && m_response.status == 403 && m_pause_headers.retry_after.empty()))
    return m_response.status;
  if (m_result != CURLE_PROXY) return std::nullopt;
  curl_easy_getinfo(m_easy, CURLINFO_PROXY_ERROR, &socks_error);
  const bool is_refused = socks_error == CURLPX_USER_REJECTED || socks_error == CURLPX_NO_AUTH ||
                          socks_error == CURLPX_REPLY_NOT_ALLOWED;
  return is_refused ? std::optional(0L) : std::nullopt;
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
  m_result = result;
  if (m_callback_error) try {
      std::rethrow_exception(m_callback_error);
    } catch (const std::bad_alloc&) {
      return m_failure = FetchFailure::memory;
    }
  if (!m_forbidden_peer.empty() && (result == CURLE_ABORTED_BY_CALLBACK || result == CURLE_COULDNT_CONNECT))
    return m_failure = FetchFailure::forbidden;
  const bool is_complete_or_cut = result == CURLE_OK || result == CURLE_WRITE_ERROR;
  if (m_response.status == 304 && !m_known.empty() && result == CURLE_OK) return succeed();
  if (const std::optional<long> status = proxy_refusal()) {
    m_proxy_status = *status;
    return m_failure = FetchFailure::proxy;
  }
  // The status decides, even if the body of an error response is truncated or too long.
  if (m_response.status >= 400 || (m_response.status != 200 && is_complete_or_cut)) {
    m_failure = FetchFailure::status;
  } else if (m_is_too_large) {
    m_failure = FetchFailure::too_large;
  } else {
    m_failure = failure_of(m_easy, result, m_response.status, m_detail.data());
    // libcurl does not tell why it could not open a socket or a file.
    const bool may_lack_descriptors = m_failure == FetchFailure::connection ||
                                      m_failure == FetchFailure::unresolved ||
                                      m_result == CURLE_SSL_CACERT_BADFILE;
    if (may_lack_descriptors && !posix::has_free_descriptor()) m_failure = FetchFailure::descriptors;
    if (m_failure == FetchFailure::none && is_truncated()) {
      m_failure = FetchFailure::connection;
      m_result = CURLE_PARTIAL_FILE;
    }
  }
  return m_failure == FetchFailure::none ? succeed() : m_failure;
}

FetchFailure HttpExchange::succeed() {
  const char* url = nullptr;
  curl_easy_getinfo(m_easy, CURLINFO_EFFECTIVE_URL, &url);
  if (url) m_response.url = url;
  m_response.validators.last_modified = m_caching.last_modified;
  if (m_response.status == 304 && m_response.validators.empty()) m_response.validators = m_known;
  m_response.freshness_lifetime = freshness_lifetime(m_caching, std::time(nullptr));
  return m_failure = FetchFailure::none;
}

std::string HttpExchange::explain(const HttpOptions& options) const {
  long verify_result = 0;
  curl_easy_getinfo(m_easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
  return net::explain(
      {.failure = m_failure,
       .result = m_result,
       .status = m_response.status,
       .proxy_status = m_proxy_status,
       .is_sent_to_proxy = m_is_sent_to_proxy,
       .verify_result = verify_result,
       .peer = m_forbidden_peer,
       .detail = text::excerpt(m_detail[0] ? m_detail.data() : curl_easy_strerror(m_result), max_quoted),
       .max_bytes = m_max_bytes},
      options);
}

}  // namespace spritefarm::net
