#include "base/exception_text.hpp"
#include "futures/standard_exceptions.hpp"  // so that its codec is linked
#include "fuzz/fuzz_input.hpp"
#include "support/encoded.hpp"

#include <spritefarm/detail/outcome.hpp>

#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

using namespace spritefarm;
using fuzz::must;

namespace {

/// The texts of an exception and of the exceptions nested in it.
std::vector<std::string> texts(const std::exception_ptr& exception) {
  std::vector<std::string> found{exception_text(exception)};
  try {
    std::rethrow_exception(exception);
  } catch (const std::nested_exception& outer) {
    if (outer.nested_ptr())
      for (std::string& text : texts(outer.nested_ptr())) found.push_back(std::move(text));
  } catch (...) {
  }
  return found;
}

std::exception_ptr sent(const std::exception_ptr& exception) {
  return test::decoded<std::exception_ptr>(test::encoded(exception));
}

}  // namespace

template <typename E>
void must_survive(const E& error) {
  const auto thrown = std::make_exception_ptr(error);
  must(texts(sent(thrown)) == texts(thrown), "a thrown exception arrives unchanged");
}

/// The encoding of an exception, as a worker may send it. An exception that cannot be thrown (its message has
/// a NUL) becomes another one, so only the second round trip must preserve it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Decoder from(fuzz::FuzzInput(data, size).rest());
  const auto exception = decode<std::exception_ptr>(from);
  must(exception != nullptr, "any bytes decode to an exception");
  const auto thrown = sent(exception);
  must(texts(sent(thrown)) == texts(thrown), "an exception survives a round trip");

  fuzz::FuzzInput input(data, size);
  const std::error_code code(input.number<std::uint8_t>(), std::generic_category());
  const std::string message(input.rest());
  must_survive(std::system_error(code));
  must_survive(std::system_error(code, message.c_str()));
  must_survive(std::system_error(code, message.c_str() + (": " + code.message())));
  must_survive(std::out_of_range(message.c_str()));
  return 0;
}
