#pragma once

#include "net/http_client.hpp"

namespace spritefarm::net {

/// How an attempt has failed, as far as two failures are the same or not.
struct FailureKind {
  FetchFailure failure = FetchFailure::none;
  long detail = 0;  ///< the status, or libcurl's code

  bool operator==(const FailureKind&) const = default;
};

/// Decides whether a request that fails is tried again: until it has failed in the same way `retries` + 1 times in a row.
/// What is broken fails in one way; who fails in many ways is overloaded, and will answer yet. So with failures of several
/// kinds a request may have more attempts, and still more where others of the same host have lately had their answers
/// after failures: at a host that spoils four of five answers, and would else cost one request in three its life, a run
/// of thousands loses none. A value, of one request.
class RetryPolicy {
 public:
  explicit RetryPolicy(int retries) : m_retries(retries) {}

  /// After an attempt has failed.
  void count(FailureKind kind);
  /// How many have.
  [[nodiscard]] int failures() const noexcept { return m_failures; }

  /// Whether another one may help, where the host `host_is_recovering` it; see RateLimiter.
  [[nodiscard]] bool should_retry(bool host_is_recovering) const noexcept;

 private:
  const int m_retries;
  int m_failures = 0;
  int m_in_a_row = 0;
  FailureKind m_last;
};

}  // namespace spritefarm::net
