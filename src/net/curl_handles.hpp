#pragma once

#include <curl/curl.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace spritefarm::net {

/// Initialises libcurl in this process at the first call. Call it after the fork: no state of libcurl or TLS
/// may exist before. Ignores SIGPIPE unless a handler is set, because libcurl's TLS may write to a closed
/// connection. Throws std::runtime_error.
void initialise_curl();

struct CurlDeleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  void operator()(char* text) const noexcept { curl_free(text); }
};

/// Owns the easy handle of one transfer.
using EasyHandle = std::unique_ptr<CURL, CurlDeleter>;
using StringList = std::unique_ptr<curl_slist, CurlDeleter>;
using UrlHandle = std::unique_ptr<CURLU, CurlDeleter>;
using CurlText = std::unique_ptr<char, CurlDeleter>;

/// Throws std::bad_alloc.
EasyHandle make_easy();
/// Throws std::bad_alloc.
StringList make_list(const std::vector<std::string>& strings);

/// curl_easy_setopt(). Throws std::bad_alloc, or std::runtime_error if this libcurl does not support the
/// option or its value.
template <typename Value>
void set_option(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK)
    throw std::runtime_error("cannot set libcurl option " + std::to_string(option) + ": " +
                             curl_easy_strerror(code));
}

}  // namespace spritefarm::net
