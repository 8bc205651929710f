#include "net/retry_policy.hpp"

#include "support/catch.hpp"

#include <random>

using spritefarm::net::FailureKind;
using spritefarm::net::FetchFailure;
using spritefarm::net::RetryPolicy;

namespace {

constexpr FailureKind broken{FetchFailure::status, 500}, busy{FetchFailure::status, 503},
    cut{FetchFailure::connection, 18}, late{FetchFailure::timeout, 28};

/// The number of attempts of a request that fails in these ways, in turn, forever.
int attempts(int retries, const std::vector<FailureKind>& kinds, bool host_is_recovering) {
  RetryPolicy retry_policy(retries);
  do retry_policy.count_failure(kinds[static_cast<std::size_t>(retry_policy.failures()) % kinds.size()]);
  while (retry_policy.should_retry(host_is_recovering));
  return retry_policy.failures();
}

}  // namespace

TEST_CASE("identical failures in a row are limited", "[retry_policy]") {
  CHECK(attempts(0, {broken}, false) == 1);
  CHECK(attempts(4, {broken}, false) == 5);
  CHECK(attempts(4, {broken}, true) == 9);
  CHECK(attempts(4, {broken, broken, broken, broken, busy, busy}, false) > 5);
  CHECK(attempts(4, {{FetchFailure::unresolved, 6}}, false) == 2);
}

TEST_CASE("varied failures allow more attempts, up to a limit", "[retry_policy]") {
  CHECK(attempts(0, {broken, cut}, false) == 1);
  CHECK(attempts(4, {broken, busy, cut}, false) == 25);
  CHECK(attempts(4, {broken, busy, cut}, true) == 81);
}

TEST_CASE("a host that fails four of five responses, in varied ways, loses hardly any request",
          "[retry_policy]") {
  const std::vector<FailureKind> kinds{broken,
                                       busy,
                                       cut,
                                       late,
                                       {FetchFailure::status, 429},
                                       {FetchFailure::connection, 56},
                                       {FetchFailure::rejected},
                                       {FetchFailure::rejected}};
  std::mt19937 random(1);  // the same in each run
  std::uniform_int_distribution<std::size_t> outcome(0, 9);
  int lost = 0;
  for (int request = 0; request < 100'000; ++request) {
    RetryPolicy retry_policy(4);
    while (true) {
      const std::size_t kind = outcome(random);
      if (kind >= kinds.size()) break;
      retry_policy.count_failure(kinds[kind]);
      if (retry_policy.should_retry(true)) continue;
      ++lost;
      break;
    }
  }
  CHECK(lost <= 2);
}
