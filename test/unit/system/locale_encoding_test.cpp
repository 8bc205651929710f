#include "system/locale_encoding.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <string>

namespace {

/// The encoding of the locale, with this LC_ALL.
bool is_utf8(const char* locale) {
  const char* const before = std::getenv("LC_ALL");
  const std::string saved = before == nullptr ? "" : before;
  setenv("LC_ALL", locale, 1);
  const bool result = spritefarm::system::is_utf8_locale();
  if (before == nullptr)
    unsetenv("LC_ALL");
  else
    setenv("LC_ALL", saved.c_str(), 1);
  return result;
}

}  // namespace

TEST_CASE("the locale tells whether it writes UTF-8", "[system][locale]") {
  CHECK(is_utf8("C.UTF-8"));
  CHECK_FALSE(is_utf8("C"));
  CHECK_FALSE(is_utf8("POSIX"));
}

TEST_CASE("a locale that is not installed tells by its name", "[system][locale]") {
  CHECK(is_utf8("xx_XX.UTF-8"));
  CHECK(is_utf8("xx_XX.utf8@euro"));
  CHECK_FALSE(is_utf8("xx_XX.ISO-8859-1"));
  CHECK_FALSE(is_utf8("xx_XX"));
}
