#include "fuzz/fuzz_input.hpp"
#include "net/backoff.hpp"

#include <string>

using namespace spritefarm;
using namespace std::chrono_literals;
using fuzz::must;

/// The value of a Retry-After header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::time_t now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
  const std::string value(fuzz::FuzzInput(data, size).rest());
  const auto wait = net::parse_retry_after(value, now);
  must(!wait || (*wait >= 0s && *wait <= 24h), "Retry-After is between 0 and one day");
  const bool is_number = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
  must(!is_number || wait.has_value(), "a number is accepted as seconds");
  static net::Backoff backoff;
  const auto delay = backoff.delay(static_cast<int>(size) - 1, wait);
  must(delay >= net::Backoff::first_delay / 2 &&
           delay <= (wait ? net::Backoff::max_retry_after : net::Backoff::max_delay),
       "every delay is bounded");
  must(!wait || delay >= std::min<std::chrono::milliseconds>(*wait, 60s),
       "a delay is at least Retry-After, up to its limit");
  return 0;
}
