#include "net/retry_policy.hpp"

#include <algorithm>

namespace spritefarm::net {
namespace {

// In the place of one retry.
constexpr int max_mixed_failures = 6, max_failures_if_recovering = 20;
constexpr int max_repeats_if_recovering = 2;
// A resolver's hiccup passes soon, and a wrong name never.
constexpr int max_lookup_retries = 1;

}  // namespace

void RetryPolicy::count(FailureKind kind) {
  ++m_failures;
  m_in_a_row = kind == m_last ? m_in_a_row + 1 : 1;
  m_last = kind;
}

bool RetryPolicy::should_retry(bool host_is_recovering) const noexcept {
  const int retries =
      m_last.failure == FetchFailure::unresolved ? std::min(m_retries, max_lookup_retries) : m_retries;
  return m_in_a_row <= retries * (host_is_recovering ? max_repeats_if_recovering : 1) &&
         m_failures <= retries * (host_is_recovering ? max_failures_if_recovering : max_mixed_failures);
}

}  // namespace spritefarm::net
