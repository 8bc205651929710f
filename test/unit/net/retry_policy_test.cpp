#include "net/retry_policy.hpp"

#include "support/catch.hpp"

#include <random>

using spritefarm::net::FailureKind;
using spritefarm::net::FetchFailure;
using spritefarm::net::RetryPolicy;

namespace {

constexpr FailureKind broken{FetchFailure::status, 500}, busy{FetchFailure::status, 503},
    cut{FetchFailure::connection, 18}, late{FetchFailure::timeout, 28};

/// How many attempts a request has that fails in these ways, one after another, over and over.
int attempts(int retries, const std::vector<FailureKind>& kinds, bool host_is_recovering) {
  RetryPolicy retry_policy(retries);
  do retry_policy.count(kinds[static_cast<std::size_t>(retry_policy.failures()) % kinds.size()]);
  while (retry_policy.should_retry(host_is_recovering));
  return retry_policy.failures();
}

}  // namespace

TEST_CASE("what fails in one way is tried again so many times", "[retry_policy]") {
  CHECK(attempts(0, {broken}, false) == 1);
  CHECK(attempts(4, {broken}, false) == 5);
  CHECK(attempts(4, {broken}, true) == 9);
  CHECK(attempts(4, {broken, broken, broken, broken, busy, busy}, false) > 5);
  CHECK(attempts(4, {{FetchFailure::unresolved, 6}}, false) == 2);
}

TEST_CASE("what fails in many ways is tried more often, and not for ever", "[retry_policy]") {
  CHECK(attempts(0, {broken, cut}, false) == 1);
  CHECK(attempts(4, {broken, busy, cut}, false) == 25);
  CHECK(attempts(4, {broken, busy, cut}, true) == 81);
}

TEST_CASE("at a host that spoils four of five answers, in all ways, hardly a request is lost",
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
  std::uniform_int_distribution<std::size_t> dice(0, 9);
  int lost = 0;
  for (int request = 0; request < 100'000; ++request) {
    RetryPolicy retry_policy(4);
    while (true) {
      const std::size_t thrown = dice(random);
      if (thrown >= kinds.size()) break;
      retry_policy.count(kinds[thrown]);
      if (retry_policy.should_retry(true)) continue;
      ++lost;
      break;
    }
  }
  CHECK(lost <= 2);
}
