#include "net/backoff.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace std::chrono_literals;
using spritefarm::net::Backoff;
using spritefarm::net::parse_retry_after;

TEST_CASE("the delay doubles up to eight seconds, minus random jitter", "[backoff]") {
  Backoff backoff;
  bool differs = false;
  for (int attempt = 1; attempt <= 60; ++attempt) {
    const auto full = attempt < 5 ? 500ms * (1 << (attempt - 1)) : 8000ms;
    const auto delay = backoff.delay(attempt, std::nullopt);
    CHECK(delay >= full / 2);
    CHECK(delay <= full);
    differs = differs || delay != full;
  }
  CHECK(differs);
}

TEST_CASE("a longer Retry-After replaces the delay, up to a minute", "[backoff]") {
  Backoff backoff;
  CHECK(backoff.delay(1, 7s) == 7s);
  CHECK(backoff.delay(9, 60s) == 60s);
  CHECK(backoff.delay(1, 61s) == 60s);
  CHECK(backoff.delay(1, std::chrono::seconds::max()) == 60s);
  CHECK(backoff.delay(1, 0s) >= 250ms);
  CHECK(backoff.delay(std::numeric_limits<int>::max(), 0s) <= 60s);
}

TEST_CASE("Retry-After is a number of seconds or a date", "[backoff]") {
  const std::time_t now = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
  CHECK(parse_retry_after("120", now) == 120s);
  CHECK(parse_retry_after("0", now) == 0s);
  CHECK(parse_retry_after("-5", now) == 0s);
  CHECK(parse_retry_after("99999999999999999999999999", now) == 24h);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:57 GMT", now) == 20s);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now) == 0s);
  CHECK(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now) == 24h);
  for (const char* nonsense : {"", "soon", "1.5.2.x", "12 apples"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(parse_retry_after(nonsense, now));
  }
}
