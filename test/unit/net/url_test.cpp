#include "net/url.hpp"

#include "support/catch.hpp"

using spritefarm::net::parse_url;
using spritefarm::net::resolve_url;

TEST_CASE("a URL is split into its parts", "[url]") {
  const auto url = parse_url("https://pokeapi.co/api/v2/pokemon/?limit=2");
  REQUIRE(url);
  CHECK(url->text == "https://pokeapi.co/api/v2/pokemon/?limit=2");
  CHECK(url->path == "/api/v2/pokemon/");
  CHECK(url->origin() == "https://pokeapi.co:443");
  CHECK(parse_url("http://[::1]:81")->origin() == "http://[::1]:81");
}

TEST_CASE("a text that is not an http or https URL is refused", "[url]") {
  using namespace std::string_literals;
  for (const std::string& text : {""s, "pokeapi.co"s, "/x"s, "file:///etc/passwd"s, "ftp://h/"s, "https://"s,
                                  "http://h:99999/"s, "http://h\0/"s, "http://a b/"s, "http://h/a\0b"s,
                                  "javascript:x"s, "http:///"s, "img:1.png"s, "http://\xff/"s}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
  }
}

TEST_CASE("a reference is resolved against its document", "[url]") {
  const std::string base = "https://h/api/v2/pokemon/?limit=2";
  CHECK(resolve_url(base, "?offset=2")->text == "https://h/api/v2/pokemon/?offset=2");
  CHECK(resolve_url(base, "/1/")->text == "https://h/1/");
  CHECK(resolve_url(base, "https://other/")->text == "https://other/");
  CHECK(resolve_url("http://h/", "https://other/")->text == "https://other/");
  CHECK_FALSE(resolve_url(base, "ftp://other/"));
  CHECK_FALSE(resolve_url("", "/1/"));
  const std::string long_path(7900, 'a');
  CHECK(resolve_url("https://h/", long_path));
  CHECK_FALSE(resolve_url("https://h/", long_path + long_path));
  CHECK_FALSE(resolve_url("https://h/" + long_path + "/", long_path));
}

TEST_CASE("a URL that browsers accept is accepted, in the form that servers accept", "[url]") {
  const auto text = [](const std::string& given) {
    const auto url = parse_url(given);
    return url ? url->text : "none";
  };
  CHECK(text("http://h/a b/ü.png?q=é {x}") == "http://h/a%20b/%C3%BC.png?q=%C3%A9%20%7Bx%7D");
  CHECK(text("http://h/a%20b%zz+c") == "http://h/a%20b%zz+c");
  CHECK(text(" \thttp://h/x\r\n") == "http://h/x");
  CHECK(text("http://h/x\ny") == "http://h/xy");
  CHECK(text("http:\\\\h\\img\\1.png?a\\b") == "http://h/img/1.png?a\\b");
  CHECK(text("http:/h/1") == "http://h/1");
  CHECK(text("http:////h/1") == "http://h/1");
  CHECK(text("HTTPS://RAW.Example.COM:444/Img.PNG") == "https://raw.example.com:444/Img.PNG");
  CHECK(parse_url("HTTP://H/")->origin() == parse_url("http://h")->origin());
  CHECK(text("http://Us er:Pass@H/") == "http://h/");
  CHECK(text("http://%41b%2ETest/%41") == "http://ab.test/%41");
  CHECK(text("http://0x7f%2E1/") == "http://127.0.0.1/");
}

TEST_CASE("an international host name becomes its ASCII form", "[url]") {
  const auto url = parse_url("https://bücher.example:444/é");
  REQUIRE(url);
  CHECK(url->text == "https://xn--bcher-kva.example:444/%C3%A9");
  CHECK(url->host == "xn--bcher-kva.example");
}

TEST_CASE("a relative reference that browsers accept is resolved", "[url]") {
  const auto resolved = [](const std::string& reference) {
    const auto url = resolve_url("https://h/api/v2/pokemon/1/", reference);
    return url ? url->text : "none";
  };
  CHECK(resolved("//Img.test/1.png") == "https://img.test/1.png");
  CHECK(resolved("\\\\img.test\\1.png") == "https://img.test/1.png");
  CHECK(resolved("/img/mr mime.png") == "https://h/img/mr%20mime.png");
  CHECK(resolved("\\img\\1.png") == "https://h/img/1.png");
  CHECK(resolved("../é.png") == "https://h/api/v2/pokemon/%C3%A9.png");
  CHECK(resolved("1.png") == "https://h/api/v2/pokemon/1/1.png");
  CHECK(resolved("https:/1.png") == "https://h/1.png");
  CHECK(resolved("https:/img.test:1/1.png") == "https://h/img.test:1/1.png");
  CHECK(resolved("?a b") == "https://h/api/v2/pokemon/1/?a%20b");
}

TEST_CASE("a document that came by https names no http URL", "[url]") {
  for (const std::string reference : {"http://other/", "HTTP://h/", "http:\\\\h\\x", " http:/h/", "http:x"}) {
    CAPTURE(reference);
    CHECK_FALSE(resolve_url("https://h/", reference));
    CHECK(resolve_url("http://h/", reference));
  }
}

TEST_CASE("a plain URL is one that parsing does not change", "[url]") {
  for (const std::string text : {"https://h/1.png", "http://img.test/a-b/C_d/1.svg", "https://h/"}) {
    CAPTURE(text);
    CHECK(spritefarm::net::is_plain_url(text));
    CHECK(parse_url(text)->text == text);
  }
  for (const std::string text :
       {"", "1.png", "//h/1.png", "ftp://h/", "https://", "https://h", "https:///x", "https://H/",
        "https://h/a b", "https://h/../x", "https://h/é", "https://h/\\", "https://u@h/", "https://1/x"}) {
    CAPTURE(text);
    CHECK_FALSE(spritefarm::net::is_plain_url(text));
  }
}
