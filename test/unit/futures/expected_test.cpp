// Compiled as C++23, of which older compilers and standard libraries have no std::expected.

#include "support/catch.hpp"
#include "support/encoded.hpp"

#include <version>

#ifdef __cpp_lib_expected

#include <expected>
#include <string>
#include <vector>

using namespace spritefarm;
using test::decoded;
using test::encoded;

TEST_CASE("std::expected crosses with its value or its error", "[codec]") {
  using Text = std::expected<std::string, std::vector<int>>;
  CHECK(decoded<Text>(encoded(Text("yes"))).value() == "yes");
  CHECK(decoded<Text>(encoded(Text(std::unexpected(std::vector{1, 2})))).error() == std::vector{1, 2});
  using Nothing = std::expected<void, int>;
  CHECK(decoded<Nothing>(encoded(Nothing())).has_value());
  CHECK(decoded<Nothing>(encoded(Nothing(std::unexpected(7)))).error() == 7);
  CHECK_THROWS_AS(decoded<Text>(std::string_view("\1", 1)), CodecError);
  STATIC_REQUIRE_FALSE(Portable<std::expected<int, int*>>);
  STATIC_REQUIRE_FALSE(Portable<std::expected<int*, int>>);
}

#endif
