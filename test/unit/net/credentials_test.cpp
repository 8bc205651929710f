#include "net/credentials.hpp"

#include "net/url.hpp"
#include "support/catch.hpp"

using namespace spritefarm::net;

TEST_CASE("credentials are split from a URL and decoded", "[credentials]") {
  const auto check = [](const std::string& text, const std::string& url, const std::string& user,
                        const std::string& password) {
    CAPTURE(text);
    const SplitUrl split = split_credentials(text);
    CHECK(split.url == url);
    CHECK(split.credentials.user == user);
    CHECK(split.credentials.password == password);
  };
  check("http://farm:secret@h:8/api/", "http://h:8/api/", "farm", "secret");
  check("https://farm@h/", "https://h/", "farm", "");
  check("http://:secret@h/", "http://h/", "", "secret");
  check("http://a%40b:p%3Aq%2F:r@h/", "http://h/", "a@b", "p:q/:r");
  check("http://a@b:c@h/", "http://h/", "a@b", "c");
  check("farm:secret@proxy:3128", "proxy:3128", "farm", "secret");
  check("socks5h://u:p@[::1]:9", "socks5h://[::1]:9", "u", "p");
  for (const char* plain : {"", "http://h/", "http://h/a@b", "http://h?a@b", "proxy:3128", "http://@h/"})
    CHECK(split_credentials(plain).credentials.empty());
  CHECK(split_credentials("http://h/a@b").url == "http://h/a@b");
}

TEST_CASE("a reference of a document loses its credentials, in any form that browsers accept",
          "[credentials]") {
  CHECK(drop_credentials("http://u:secret@h/1.png") == "http://h/1.png");
  CHECK(drop_credentials("HTTPS:\\\\u:secret@h\\1.png") == "HTTPS:\\\\h\\1.png");
  CHECK(drop_credentials("http:u:secret@h/1.png") == "http:h/1.png");
  CHECK(drop_credentials("http:///u:se@cret@h/1.png") == "http:///h/1.png");
  CHECK(drop_credentials("//u:secret@h/1.png") == "//h/1.png");
  for (const char* plain :
       {"", "http://h/a@2x.png", "/a@2x.png", "a@2x.png", "../a@2x.png", "?a@b", "//h/a@b"})
    CHECK(drop_credentials(plain) == plain);
}

TEST_CASE("a message has no credentials, also of a URL that is not valid", "[credentials]") {
  CHECK(without_credentials("'http://u:a b#/?@h' is wrong") == "'http://h' is wrong");
  CHECK(without_credentials("--base-url: a@b") == "--base-url: a@b");
  CHECK(without_credentials("http://h/") == "http://h/");
}

TEST_CASE("a parsed URL has no credentials", "[credentials][url]") {
  CHECK(parse_url("http://u:secret@h/a")->text == "http://h/a");
  CHECK(resolve_url("http://u:secret@h/a", "b")->text == "http://h/b");
  CHECK(resolve_url("http://h/a", "//u:secret@i/b")->text == "http://i/b");
}
