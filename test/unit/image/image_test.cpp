#include "image/image.hpp"

#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/shared_data.hpp"
#include "unit/image/tiny_images.hpp"

#include <memory>

using namespace spritefarm;
namespace shared_data = test::shared_data;
using image::check_image;
using image::ImageKind;

namespace {

/// Checks a copy without spare capacity, so that a sanitizer detects a read past its end.
bool is_whole(const std::string& bytes, ImageKind kind) {
  const std::unique_ptr<char[]> exact(new char[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  const auto result = check_image({exact.get(), bytes.size()});
  return result && result->kind == kind && result->bytes_after_end == 0;
}

std::string error_of(const std::string& bytes) {
  const auto result = check_image(bytes);
  return result ? "valid" : result.error().message;
}

void check_every_truncation(const std::string& image, ImageKind kind) {
  int accepted = 0;
  for (std::size_t size = 0; size < image.size(); ++size) accepted += is_whole(image.substr(0, size), kind);
  CHECK(accepted == 0);
}

}  // namespace

TEST_CASE("complete images are recognised", "[image]") {
  CHECK(is_whole(tiny::png(), ImageKind::png));
  CHECK(is_whole(tiny::gif(), ImageKind::gif));
  CHECK(is_whole(tiny::svg(), ImageKind::svg));
  CHECK(is_whole("<svg/>", ImageKind::svg));
  CHECK(is_whole("<s:svg xmlns:s='http://www.w3.org/2000/svg'></s:svg >", ImageKind::svg));
  CHECK(is_whole(tiny::gif() + std::string(3, '\0'), ImageKind::gif));
  CHECK(image::extension(ImageKind::png) == "png");
  CHECK(image::extension(ImageKind::gif) == "gif");
  CHECK(image::extension(ImageKind::svg) == "svg");
}

TEST_CASE("the bytes after the end of a complete image are counted", "[image]") {
  const auto after_end = [](const std::string& bytes) {
    const auto result = check_image(bytes);
    INFO(error_of(bytes));
    REQUIRE(result);
    return result->bytes_after_end;
  };
  for (const std::string& image : {tiny::png(), tiny::gif(), std::string("<svg></svg>")}) {
    CHECK(after_end(image) == 0);
    CHECK(after_end(image + std::string(15, '\0') + "x") == 16);
    CHECK(after_end(image + image) == image.size());
  }
  CHECK(after_end(tiny::png() + std::string(16, '\0')) == 16);
  CHECK(after_end("<svg/>\n<!-- drawn by hand -->\n") == 0);
  CHECK(after_end("<svg/>text") == 4);
  CHECK(after_end("<svg/><!--") == 4);
}

TEST_CASE("a truncated image is refused", "[image]") {
  check_every_truncation(tiny::png(), ImageKind::png);
  check_every_truncation(tiny::gif(), ImageKind::gif);
  const std::string svg = tiny::svg();
  check_every_truncation(svg.substr(0, svg.find("</svg>") + 6), ImageKind::svg);
}

TEST_CASE("a PNG with any byte changed is refused", "[image]") {
  const std::string whole = tiny::png();
  int accepted = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int change = 1; change < 256; ++change) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      accepted += is_whole(changed, ImageKind::png);
    }
  CHECK(accepted == 0);
}

TEST_CASE("a GIF or SVG with any byte changed is handled safely", "[image]") {
  for (const std::string& whole : {tiny::gif(), tiny::svg()}) {
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (int change = 1; change < 256; ++change) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ change);
        refused += !is_whole(changed, ImageKind::gif) && !is_whole(changed, ImageKind::svg);
      }
    CHECK(refused > 0);
  }
}

TEST_CASE("bytes that are not an image are refused with a reason", "[image]") {
  using namespace std::string_literals;
  const std::string pixels = tiny::png_chunk("IDAT", "x"), end = tiny::png_chunk("IEND", "");
  const auto png = [](const std::string& chunks) { return tiny::png_signature + chunks; };
  const std::string header = tiny::png_header(1, 1, tiny::gray_8);

  CHECK(error_of("") == "received an empty response instead of an image; try again later");
  CHECK(error_of("hello") == "not a PNG, GIF or SVG image");
  CHECK(error_of("<!DOCTYPE html><html><p>busy</html>") == "received a <html> document instead of an image");
  CHECK(error_of(png(header + pixels + end)) == "valid");
  CHECK(error_of(png(header + end)) == "invalid PNG image: it has no pixels");
  CHECK(error_of(png(pixels + header + end)).find("no IHDR chunk at its start") != std::string::npos);
  CHECK(error_of(png(header + header + pixels + end)).find("second one") != std::string::npos);
  CHECK(error_of(png(header + tiny::big_endian(0xffffffff) + "IDAT")).find("truncated") != std::string::npos);
  for (const std::string& senseless :
       {tiny::png_header(0, 1, tiny::gray_8), tiny::png_header(1, 0x80000000, tiny::gray_8),
        tiny::png_header(1, 1, "\x03\0\0\0\0"s), tiny::png_header(1, 1, "\x10\x03\0\0\0"s),
        tiny::png_header(1, 1, "\x08\0\x01\0\0"s), tiny::png_header(1, 1, "\x08\0\0\0\x02"s),
        tiny::png_chunk("IHDR", "")})
    CHECK(error_of(png(senseless + pixels + end)) == "invalid PNG image: invalid IHDR chunk");

  CHECK(error_of("GIF89a\0\0\x01\0\0\0\0\x3b"s) == "invalid GIF image: its width or height is 0");
  CHECK(error_of("GIF89a\x01\0\x01\0\0\0\0\x3b"s) == "invalid GIF image: it has no frame");
  CHECK(error_of("GIF89a\x01\0\x01\0\0\0\0\x99"s) == "damaged GIF image: unknown block type");

  for (const std::string broken : {"<svg><svg></svg>", "<svg></g></svg>", "<svg><g></svg></g>", "<svg",
                                   "<svg a='>", "</svg>", "<!-- <svg/>", "<!DOCTYPE svg [", "<", "<svg><"})
    CHECK(error_of(broken) == "damaged or truncated SVG image");
  CHECK(error_of("<svg>\0</svg>"s) == "invalid SVG image: it contains a zero byte");
  CHECK(error_of("<a\x1b[31m/>") == "received a <a\\x1b[31m> document instead of an image");
}

TEST_CASE("an SVG that acts when it is opened is refused", "[image]") {
  const auto in_svg = [](const std::string& content) {
    return "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>" + content +
           "</svg>";
  };
  for (const std::string& attack :
       {in_svg("<script>alert(1)</script>"), in_svg("<svg:SCRIPT href='x.js'/>"),
        in_svg("<g onload='alert(1)'/>"), in_svg("<g\nONclick = \"alert(1)\"/>"),
        in_svg("<g a=''/onload='alert(1)'/>"), in_svg("<a xlink:href='javascript:alert(1)'/>"),
        in_svg("<a href=' JavaScript:alert(1)'/>"), in_svg("<a href='java&#115;cript:alert(1)'/>"),
        in_svg("<a href='java\nscript:alert(1)'/>"), in_svg("<a href='data:text/html,x'/>"),
        in_svg("<a><set attributeName='href' to='javascript:alert(1)'/></a>"),
        in_svg("<foreignObject><form/></foreignObject>"),
        in_svg("<x:iframe xmlns:x='http://www.w3.org/1999/xhtml'/>"),
        "<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" + in_svg("&b;"),
        "<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + in_svg("&a;"),
        "<!DOCTYPE svg [<!ENTITY % a 'x'> %a;]>" + in_svg(""),
        "<!DOCTYPE svg [<!-- \" -->]>" + in_svg("<script>alert(1)</script>") + "<!-- \"]><svg/> -->",
        "<?xml-stylesheet type='text/xsl' href='data:text/xml,x'?><?x?>" + in_svg("")}) {
    CAPTURE(attack);
    CHECK(error_of(attack).starts_with("refused SVG image: it contains "));
  }
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "<g>";
  CHECK(error_of("<svg>" + deep) == "refused SVG image: its elements are nested too deep");
}

TEST_CASE("an SVG as drawing programs write it is accepted", "[image]") {
  CHECK(is_whole(
      "<?xml version='1.0' encoding='utf-8'?>\n<!-- Generator: Adobe Illustrator 16.0.0 -->\n"
      "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd' [\n"
      "\t<!ENTITY ns_svg 'http://www.w3.org/2000/svg'>\n]>\n"
      "<svg xmlns='&ns_svg;' xmlns:xlink='http://www.w3.org/1999/xlink' style='enable-background:new 0 0 9 9;'>"
      "<use xlink:href='#a'/><image href='data:image/png;base64,iVBORw=='/><g id='one' font='on'/>"
      "<animate attributeName='x' values='1;\n2'/><glyph unicode='&#x20;'/></svg>\n",
      ImageKind::svg));
}

TEST_CASE("real sprites are accepted; truncated ones are refused", "[image]") {
  if (!std::filesystem::exists(shared_data::images())) return;
  int whole = 0, accepted_truncations = 0;
  for (const auto& file : std::filesystem::directory_iterator(shared_data::images())) {
    CAPTURE(file.path().filename().string());
    const std::string bytes = test::read_file(file.path());
    CHECK(is_whole(bytes, ImageKind::png));
    ++whole;
    for (std::size_t size = 0; size < bytes.size(); size += 7)
      accepted_truncations += is_whole(bytes.substr(0, size), ImageKind::png);
  }
  CHECK(whole == 100);
  CHECK(accepted_truncations == 0);
}
