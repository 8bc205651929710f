#include "net/url.hpp"

#include "net/curl_handles.hpp"

namespace spritefarm::net {
namespace {

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  const CurlText owned(text);
  return text;
}

std::optional<Url> split(CURLU* url) {
  Url parts{part(url, CURLUPART_URL), part(url, CURLUPART_SCHEME), part(url, CURLUPART_HOST),
            part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT), part(url, CURLUPART_PATH)};
  if ((parts.scheme != "http" && parts.scheme != "https") || parts.host.empty() ||
      parts.text.size() > max_url_size)
    return std::nullopt;
  return parts;
}

}  // namespace

std::optional<Url> parse_url(const std::string& text) {
  return resolve_url(text, {});
}

std::optional<Url> resolve_url(const std::string& base, const std::string& reference) {
  if (base.size() > max_url_size || reference.size() > max_url_size) return std::nullopt;
  // libcurl would stop at a NUL and use a different URL.
  if (base.find('\0') != std::string::npos || reference.find('\0') != std::string::npos) return std::nullopt;
  const UrlHandle url(curl_url());
  if (!url) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return std::nullopt;
  if (!reference.empty() && curl_url_set(url.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  return split(url.get());
}

}  // namespace spritefarm::net
