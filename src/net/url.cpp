#include "net/url.hpp"

#include "net/curl_handles.hpp"
#include "net/lenient_url.hpp"

#include <locale.h>

#include <algorithm>
#include <cwchar>
#include <new>

namespace spritefarm::net {
namespace {

/// Makes the text of this thread UTF-8: libcurl converts an international host name from the encoding of the
/// locale, and the program runs in the locale C.
class Utf8Thread {
 public:
  Utf8Thread() : m_utf8(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), m_previous(uselocale(m_utf8)) {}
  Utf8Thread(const Utf8Thread&) = delete;
  Utf8Thread& operator=(const Utf8Thread&) = delete;
  ~Utf8Thread() {
    uselocale(m_previous);
    if (m_utf8) freelocale(m_utf8);
  }

 private:
  locale_t m_utf8;  // null if there is no such locale; uselocale() then changes nothing
  locale_t m_previous;
};

bool is_ok(CURLUcode code) {
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  return code == CURLUE_OK;
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (!is_ok(curl_url_get(url, which, &text, flags))) return {};
  const CurlText owned(text);
  return text;
}

bool set_url(CURLU* url, const std::string& text) {
  return is_ok(curl_url_set(url, CURLUPART_URL, text.c_str(), 0));
}

/// Replaces an international host name by its ASCII form (IDNA). False if it has none.
bool make_host_ascii(CURLU* url) {
  const std::string host = part(url, CURLUPART_HOST);
  if (std::all_of(host.begin(), host.end(), [](unsigned char c) { return c < 0x80; })) return true;
  const Utf8Thread utf8;
  // libcurl 7.88 leaks a host name that it cannot convert, so it is not asked about what is no UTF-8.
  const char* bytes = host.c_str();
  std::mbstate_t state{};
  if (std::mbsrtowcs(nullptr, &bytes, 0, &state) == static_cast<std::size_t>(-1)) return false;
  char* ascii = nullptr;  // libcurl 7.88 calls each failure of this conversion a lack of memory
  if (curl_url_get(url, CURLUPART_HOST, &ascii, CURLU_PUNYCODE) != CURLUE_OK) return false;
  const CurlText owned(ascii);
  return is_ok(curl_url_set(url, CURLUPART_HOST, ascii, 0));
}

std::optional<Url> split(CURLU* url) {
  for (const CURLUPart credentials : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS})
    curl_url_set(url, credentials, nullptr, 0);
  Url parts{part(url, CURLUPART_URL), part(url, CURLUPART_SCHEME), part(url, CURLUPART_HOST),
            part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT), part(url, CURLUPART_PATH)};
  if ((parts.scheme != "http" && parts.scheme != "https") || parts.host.empty() ||
      parts.text.size() > max_url_size)
    return std::nullopt;
  return parts;
}

}  // namespace

bool is_plain_url(std::string_view text) noexcept {
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || text.size() > max_url_size) return false;
  text.remove_prefix(scheme);
  const std::size_t host = std::min(text.find('/'), text.size());
  const auto is_host = [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '-'; };
  const auto is_path = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '-' && c <= '9') || c == '_';
  };
  return host > 0 && host < text.size() && std::all_of(text.begin(), text.begin() + host, is_host) &&
         std::all_of(text.begin() + host, text.end(), is_path) && text.find("/.") == text.npos;
}

std::optional<Url> parse_url(const std::string& text) {
  return resolve_url(text, {});
}

std::optional<Url> resolve_url(const std::string& base, const std::string& reference) {
  if (base.size() > max_url_size || reference.size() > max_url_size) return std::nullopt;
  // libcurl would stop at a NUL and use a different URL.
  if (base.find('\0') != std::string::npos || reference.find('\0') != std::string::npos) return std::nullopt;
  const UrlHandle url(curl_url());
  if (!url) throw std::bad_alloc();
  if (!set_url(url.get(), strict_reference(base, {}))) return std::nullopt;
  const bool is_secure = part(url.get(), CURLUPART_SCHEME) == "https";
  if (!reference.empty() &&
      !set_url(url.get(), strict_reference(reference, part(url.get(), CURLUPART_SCHEME))))
    return std::nullopt;
  if (!make_host_ascii(url.get())) return std::nullopt;
  // libcurl normalises a host (its case, the forms of an IPv4 address) before it decodes it. This normalises
  // what it has decoded.
  if (!set_url(url.get(), strict_reference(part(url.get(), CURLUPART_URL), {}))) return std::nullopt;
  std::optional<Url> resolved = split(url.get());
  if (resolved && is_secure && resolved->scheme != "https") return std::nullopt;
  return resolved;
}

std::string_view kind_of_links(std::string_view base) noexcept {
  return base.starts_with("https:") ? "https URL, as a document that came by https must name"
                                    : "http or https URL";
}

}  // namespace spritefarm::net
