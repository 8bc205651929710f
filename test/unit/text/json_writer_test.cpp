#include "text/json_writer.hpp"

#include "support/catch.hpp"

using spritefarm::text::JsonWriter;

TEST_CASE("objects and lists are separated by commas", "[farm][json]") {
  JsonWriter json;
  json.begin_object().key("a").value(1).key("b").begin_list();
  json.begin_object().key("c").value(-2).end_object().begin_object().end_object().value("x").end_list();
  json.key("d").value(1.5).key("e").begin_list().end_list().end_object();
  CHECK(json.text() == R"({"a": 1, "b": [{"c": -2}, {}, "x"], "d": 1.500, "e": []})");
}

TEST_CASE("any bytes become a valid JSON string", "[farm][json]") {
  const auto quoted = [](std::string_view text) { return JsonWriter().value(text).text(); };
  CHECK(quoted("\"\\\n\x01") == R"("\"\\\u000a\u0001")");
  CHECK(quoted("\x7f\u009b\u202e\u2028") == R"("\u007f\u009b\u202e\u2028")");
  CHECK(quoted("é♀𝄞") == "\"é♀𝄞\"");
  const std::string replaced = "\xef\xbf\xbd";
  CHECK(quoted("a\xff"
               "b") == "\"a" + replaced + "b\"");
  CHECK(quoted("\xc3") == "\"" + replaced + "\"");                                // cut short
  CHECK(quoted("\xc0\xaf") == "\"" + replaced + replaced + "\"");                 // overlong
  CHECK(quoted("\xed\xa0\x80") == "\"" + replaced + replaced + replaced + "\"");  // a surrogate
}
