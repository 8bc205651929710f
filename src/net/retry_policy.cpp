#include "net/retry_policy.hpp"

#include <algorithm>

namespace spritefarm::net {
namespace {

// Per retry; see the table in the header.
constexpr int max_mixed_failures = 6, max_failures_if_recovering = 20;
constexpr int max_repeats_if_recovering = 2;
// A failure of the resolver passes soon; a wrong host name never resolves.
constexpr int max_lookup_retries = 1;

}  // namespace

void RetryPolicy::count_failure(FailureKind kind) {
  ++m_failures;
  m_identical_in_a_row = kind == m_last ? m_identical_in_a_row + 1 : 1;
  m_last = kind;
}

bool RetryPolicy::should_retry(bool host_is_recovering) const noexcept {
  const int retries =
      m_last.failure == FetchFailure::unresolved ? std::min(m_retries, max_lookup_retries) : m_retries;
  return m_identical_in_a_row <= retries * (host_is_recovering ? max_repeats_if_recovering : 1) &&
         m_failures <= retries * (host_is_recovering ? max_failures_if_recovering : max_mixed_failures);
}

}  // namespace spritefarm::net
