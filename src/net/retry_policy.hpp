#pragma once

#include "net/http_client.hpp"

namespace spritefarm::net {

/// The kind of a failed attempt. Two failures of the same kind are identical for RetryPolicy.
struct FailureKind {
  FetchFailure failure = FetchFailure::none;
  long detail = 0;  ///< the HTTP status, or the code of libcurl

  bool operator==(const FailureKind&) const = default;
};

/// Decides whether a failed request is retried. Repeated identical failures mean that the resource is broken;
/// varied failures mean that the server is overloaded and worth retrying. So the limits depend on the kinds
/// of failure, and on whether other requests to the host have recently succeeded after retries
/// (RateLimiter::host_is_recovering()):
///
///     retries allowed               usually       host is recovering
///     identical failures in a row   retries       2 * retries
///     failures of any kind          6 * retries   20 * retries
///     (`retries` counts as 1 at most if the host name does not resolve)
///
/// At a host that fails 80 % of its responses, 4 retries alone would lose one request in three (0.8 ^ 5).
/// With these limits, a run of thousands of requests loses none. A value; belongs to one request.
class RetryPolicy {
 public:
  explicit RetryPolicy(int retries) : m_retries(retries) {}

  void count_failure(FailureKind kind);
  [[nodiscard]] int failures() const noexcept { return m_failures; }

  [[nodiscard]] bool should_retry(bool host_is_recovering) const noexcept;

 private:
  const int m_retries;
  int m_failures = 0;
  int m_identical_in_a_row = 0;
  FailureKind m_last;
};

}  // namespace spritefarm::net
