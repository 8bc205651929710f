#include "support/catch.hpp"
#include "support/encoded.hpp"

#include <spritefarm/detail/outcome.hpp>

#include <system_error>

using namespace spritefarm;

namespace {

/// The exception that arrives in the other process.
std::exception_ptr sent(const std::exception_ptr& exception) {
  return test::decoded<std::exception_ptr>(test::encoded(exception));
}

}  // namespace

TEST_CASE("a system_error arrives with its code and an unchanged message", "[codec][exception]") {
  const std::error_code code(2, std::generic_category());
  for (const std::system_error& thrown :
       {std::system_error(code), std::system_error(code, ""), std::system_error(code, "open it"),
        std::system_error(code, "open it: "), std::system_error(code, code.message())}) {
    CAPTURE(thrown.what());
    try {
      std::rethrow_exception(sent(std::make_exception_ptr(thrown)));
    } catch (const std::system_error& error) {
      CHECK(error.code() == code);
      CHECK(std::string(error.what()) == thrown.what());
    }
  }
}
