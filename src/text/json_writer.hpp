#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace spritefarm::text {

/// Writes one JSON text, from its first brace to its last, by appending: members in the order of the calls.
/// Every string becomes valid JSON, whatever bytes it has. Not checked: that every object and list that is
/// begun is ended.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_list() { return open('['); }
  JsonWriter& end_list() { return close(']'); }

  /// The name of the member whose value comes next.
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(double number);  ///< to the thousandth
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
  bool m_first = true;  // in its object or list, or after its key: no comma before it
};

}  // namespace spritefarm::text
