#pragma once

#include "net/http_client.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <string>

namespace spritefarm::net {

/// What is known about a failed attempt.
struct FailedAttempt {
  FetchFailure failure = FetchFailure::none;
  CURLcode result = CURLE_OK;
  long status = 0;                ///< of the response; 0: there was none
  long proxy_status = 0;          ///< with which the proxy has refused the request; 0: it is no HTTP proxy
  bool is_sent_to_proxy = false;  ///< the request, not only a CONNECT
  long verify_result = 0;         ///< of the certificate: CURLINFO_SSL_VERIFYRESULT
  std::string peer;               ///< the address of a forbidden one
  std::string detail;             ///< from libcurl
  std::size_t max_bytes = 0;
};

/// The failure, its cause and its remedy, for the user, without the URL.
std::string explain(const FailedAttempt& attempt, const HttpOptions& options);

}  // namespace spritefarm::net
