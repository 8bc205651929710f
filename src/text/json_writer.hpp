#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::text {

/// Writes one JSON text by appending. Members appear in the order of the calls. Any bytes become a valid JSON
/// string: U+FFFD replaces malformed UTF-8. The caller must end every object and list that it begins; the
/// writer does not check this.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_list() { return open('['); }
  JsonWriter& end_list() { return close(']'); }

  /// Writes the name of a member; the next call writes the value.
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(double number);  ///< with three decimals
  JsonWriter& value(std::integral auto number) {
    separate();
    if constexpr (std::same_as<decltype(number), bool>)
      m_text += number ? "true" : "false";
    else
      m_text += std::to_string(number);
    return *this;
  }

  [[nodiscard]] const std::string& text() const noexcept { return m_text; }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view text);

  std::string m_text;
  bool m_first = true;  // the next item is the first of its object or list, or follows a key: no comma
};

}  // namespace spritefarm::text
