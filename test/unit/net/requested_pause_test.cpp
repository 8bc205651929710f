#include "net/requested_pause.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;
using spritefarm::net::PauseHeaders;
using spritefarm::net::PauseRequest;
using spritefarm::net::requested_pause;

namespace {

constexpr std::time_t now = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT

PauseRequest asked(long status, const PauseHeaders& headers) {
  return requested_pause(status, headers, now);
}

}  // namespace

TEST_CASE("Retry-After is a number of seconds or a date", "[pause]") {
  const auto pause = [](const std::string& value) { return asked(429, {.retry_after = value}).pause; };
  CHECK(pause("120") == 120s);
  CHECK(pause("0") == 0s);
  CHECK(pause("-5") == 0s);
  CHECK(pause("99999999999999999999999999") == 24h);
  CHECK(pause("Sun, 06 Nov 1994 08:49:57 GMT") == 20s);
  CHECK(pause("Sun, 06 Nov 1994 08:49:30 GMT") == 0s);
  CHECK(pause("Fri, 31 Dec 9999 23:59:59 GMT") == 24h);
  for (const char* nonsense : {"", "soon", "1.5.2.x", "12 apples"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(pause(nonsense));
  }
}

TEST_CASE("429 is throttled, 503 with Retry-After, and 403 if it tells when to return", "[pause]") {
  CHECK(asked(429, {}).is_throttled);
  CHECK_FALSE(asked(429, {}).pause);
  CHECK(asked(503, {.retry_after = "0"}).is_throttled);
  CHECK_FALSE(asked(503, {}).is_throttled);
  CHECK(asked(403, {.retry_after = "3"}).pause == 3s);
  CHECK(asked(403, {.retry_after = "3"}).is_throttled);
  CHECK_FALSE(asked(403, {}).is_throttled);
  CHECK_FALSE(asked(403, {.rate_limit_remaining = "59", .rate_limit_reset = "784111787"}).is_throttled);
  CHECK_FALSE(asked(200, {.retry_after = "3"}).is_throttled);
}

TEST_CASE("a spent rate limit is a pause until its reset", "[pause]") {
  CHECK(asked(403, {.rate_limit_remaining = "0", .rate_limit_reset = "30"}).pause == 30s);
  const std::string epoch = std::to_string(1'900'000'000);
  const PauseHeaders headers{.rate_limit_remaining = "0", .rate_limit_reset = epoch};
  CHECK(requested_pause(403, headers, 1'899'999'990).pause == 10s);
  CHECK(requested_pause(403, headers, 1'900'000'001).pause == 0s);
  CHECK_FALSE(asked(403, {.rate_limit_remaining = "0", .rate_limit_reset = "later"}).is_throttled);

  CHECK(asked(429, {.rate_limit = R"("burst";r=4;t=2, "hour";r=0;t=1800)"}).pause == 1800s);
  CHECK_FALSE(asked(429, {.rate_limit = R"("hour";r=1;t=1800)"}).pause);
}

TEST_CASE("a server's times are relative to its own clock", "[pause]") {
  // This machine's clock is an hour behind.
  const PauseHeaders headers{.retry_after = "Sun, 06 Nov 1994 09:49:57 GMT",
                             .date = "Sun, 06 Nov 1994 09:49:37 GMT"};
  CHECK(asked(429, headers).pause == 20s);
}

TEST_CASE("the headers of a pause are taken in any case", "[pause]") {
  PauseHeaders headers;
  headers.take("retry-after", "1");
  headers.take("X-RateLimit-Remaining", "2");
  headers.take("x-ratelimit-reset", "3");
  headers.take("RateLimit", "4");
  headers.take("DATE", "5");
  headers.take("Server", "6");
  CHECK(headers.retry_after + headers.rate_limit_remaining + headers.rate_limit_reset + headers.rate_limit +
            headers.date ==
        "12345");
}
