#include "fuzz/fuzz_input.hpp"
#include "net/requested_pause.hpp"

#include <string>

using namespace spritefarm;
using namespace std::chrono_literals;
using fuzz::must;

/// The headers that ask for a pause, one per line: Retry-After, X-RateLimit-Remaining, X-RateLimit-Reset,
/// RateLimit, Date.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::time_t now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
  fuzz::FuzzInput input(data, size);
  net::PauseHeaders headers;
  for (const char* name : {"Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "Date"})
    headers.take(name, input.field('\n'));
  for (const long status : {200, 403, 429, 503}) {
    const net::PauseRequest request = net::requested_pause(status, headers, now);
    must(!request.pause || (*request.pause >= 0s && *request.pause <= 24h), "a pause is 0 to one day");
    must(request.is_throttled || status != 429, "429 is always throttled");
    must(!request.is_throttled || status != 200, "a success is never throttled");
  }
  const std::string& value = headers.retry_after;
  const bool is_number = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
  must(!is_number || net::requested_pause(429, headers, now).pause.has_value(),
       "a number is accepted as seconds");
  return 0;
}
