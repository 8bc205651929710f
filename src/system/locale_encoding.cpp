#include "system/locale_encoding.hpp"

#include "text/ascii_case.hpp"

#include <langinfo.h>
#include <locale.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace spritefarm::system {
namespace {

/// The name of the locale that setlocale() would use for characters.
std::string_view locale_name() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') return name;
  return "C";
}

/// The encoding in a name such as en_GB.UTF-8@euro.
std::string_view encoding_in(std::string_view name) {
  name = name.substr(0, name.find('@'));
  const std::size_t dot = name.find('.');
  return dot == name.npos ? std::string_view() : name.substr(dot + 1);
}

}  // namespace

bool is_utf8_locale() {
  const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  std::string encoding(encoding_in(locale_name()));
  if (locale != nullptr) {
    encoding = ::nl_langinfo_l(CODESET, locale);
    ::freelocale(locale);
  }
  encoding = text::lower_case(encoding);
  return encoding == "utf-8" || encoding == "utf8";
}

}  // namespace spritefarm::system
