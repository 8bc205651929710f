#pragma once

#include <curl/curl.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace spritefarm::net {

/// Prepares this process for libcurl, at the first call only: nothing of curl or TLS may exist before a
/// worker is forked. Ignores SIGPIPE where it would kill, since libcurl's TLS may write to a closed
/// connection. Throws std::runtime_error.
void initialise_curl();

struct CurlDeleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  void operator()(char* text) const noexcept { curl_free(text); }
};

/// Owner of one transfer's settings. CURL is void in libcurl, hence the name.
using EasyHandle = std::unique_ptr<CURL, CurlDeleter>;
using StringList = std::unique_ptr<curl_slist, CurlDeleter>;
using UrlHandle = std::unique_ptr<CURLU, CurlDeleter>;
using CurlText = std::unique_ptr<char, CurlDeleter>;

/// Throws std::runtime_error where there is no memory for it.
EasyHandle make_easy();
StringList make_list(const std::vector<std::string>& strings);

/// Sets an option; throws std::runtime_error when this libcurl does not know it or its value.
template <typename Value>
void set_option(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
    throw std::runtime_error("libcurl refuses option " + std::to_string(option) + ": " +
                             curl_easy_strerror(code));
}

}  // namespace spritefarm::net
