#include "net/backoff.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace std::chrono_literals;
using spritefarm::net::Backoff;

TEST_CASE("the delay doubles up to eight seconds, minus random jitter", "[backoff]") {
  Backoff backoff;
  bool differs = false;
  for (int attempt = 1; attempt <= 60; ++attempt) {
    const auto full = attempt < 5 ? 500ms * (1 << (attempt - 1)) : 8000ms;
    const auto delay = backoff.delay(attempt);
    CHECK(delay >= full / 2);
    CHECK(delay <= full);
    differs = differs || delay != full;
  }
  CHECK(differs);
}

TEST_CASE("any attempt has a delay", "[backoff]") {
  Backoff backoff;
  CHECK(backoff.delay(0) >= 250ms);
  CHECK(backoff.delay(std::numeric_limits<int>::max()) <= 8s);
}
