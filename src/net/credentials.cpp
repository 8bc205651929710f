#include "net/credentials.hpp"

#include "net/curl_handles.hpp"

#include <algorithm>

namespace spritefarm::net {
namespace {

std::string decoded(std::string_view text) {
  if (text.empty()) return {};
  int size = 0;
  const CurlText plain(curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &size));
  if (!plain) throw std::bad_alloc();
  return {plain.get(), static_cast<std::size_t>(size)};
}

}  // namespace

SplitUrl split_credentials(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == url.npos ? 0 : scheme + 3;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const std::size_t at = authority.rfind('@');
  if (at == authority.npos) return {std::string(url), {}};
  const std::string_view credentials = authority.substr(0, at);
  const std::size_t colon = std::min(credentials.find(':'), credentials.size());
  const std::string_view password = credentials.substr(std::min(colon + 1, credentials.size()));
  return {std::string(url.substr(0, begin)) + std::string(url.substr(begin + at + 1)),
          {decoded(credentials.substr(0, colon)), decoded(password)}};
}

std::string drop_credentials(std::string_view reference) {
  constexpr std::string_view slashes = "/\\", ends = "/\\?#";
  const std::size_t scheme = std::min(reference.find_first_of(":/\\?#"), reference.size());
  const bool has_scheme = scheme < reference.size() && reference[scheme] == ':';
  const std::size_t begin =
      std::min(reference.find_first_not_of(slashes, has_scheme ? scheme + 1 : 0), reference.size());
  if (!has_scheme && begin < 2) return std::string(reference);  // a path
  const std::string_view authority = reference.substr(begin, reference.find_first_of(ends, begin) - begin);
  const std::size_t at = authority.rfind('@');
  if (at == authority.npos) return std::string(reference);
  return std::string(reference.substr(0, begin)) + std::string(reference.substr(begin + at + 1));
}

std::string without_credentials(std::string_view text) {
  const std::size_t scheme = text.find("://"), at = text.rfind('@');
  if (scheme == text.npos || at == text.npos || at < scheme) return std::string(text);
  return std::string(text.substr(0, scheme + 3)) + std::string(text.substr(at + 1));
}

}  // namespace spritefarm::net
