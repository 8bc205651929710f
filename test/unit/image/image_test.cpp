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

/// Checks a copy that ends where its allocation ends, so that a sanitizer sees a read beyond.
bool is_whole(const std::string& bytes, ImageKind kind) {
  const std::unique_ptr<char[]> exact(new char[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  const auto result = check_image({exact.get(), bytes.size()});
  return result && *result == kind;
}

std::string fault_of(const std::string& bytes) {
  const auto result = check_image(bytes);
  return result ? "whole" : result.error().message;
}

void check_every_truncation(const std::string& image, ImageKind kind) {
  int accepted = 0;
  for (std::size_t size = 0; size < image.size(); ++size) accepted += is_whole(image.substr(0, size), kind);
  CHECK(accepted == 0);
}

}  // namespace

TEST_CASE("whole images are recognised", "[image]") {
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

TEST_CASE("a truncated image is never whole", "[image]") {
  check_every_truncation(tiny::png(), ImageKind::png);
  check_every_truncation(tiny::gif(), ImageKind::gif);
  const std::string svg = tiny::svg();
  check_every_truncation(svg.substr(0, svg.find("</svg>") + 6), ImageKind::svg);
}

TEST_CASE("a PNG with any byte changed is not whole", "[image]") {
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

TEST_CASE("a GIF or SVG with any byte changed is judged, whatever it is", "[image]") {
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

TEST_CASE("what is no image is refused with its reason", "[image]") {
  using namespace std::string_literals;
  const std::string pixels = tiny::png_chunk("IDAT", "x"), end = tiny::png_chunk("IEND", "");
  const auto png = [](const std::string& chunks) { return tiny::png_signature + chunks; };
  const std::string header = tiny::png_header(1, 1, tiny::gray_8);

  CHECK(fault_of("") == "an empty answer instead of an image");
  CHECK(fault_of("hello") == "no PNG, GIF or SVG image");
  CHECK(fault_of("<!DOCTYPE html><html><p>busy</html>") == "no image but a document of <html>");
  CHECK(fault_of(png(header + pixels + end)) == "whole");
  CHECK(fault_of(png(header + end)) == "a PNG without pixels");
  CHECK(fault_of(png(header + pixels + end) + "x") == "a PNG with something after its end");
  CHECK(fault_of(png(pixels + header + end)).find("no IHDR chunk at its start") != std::string::npos);
  CHECK(fault_of(png(header + header + pixels + end)).find("second one") != std::string::npos);
  CHECK(fault_of(png(header + tiny::big_endian(0xffffffff) + "IDAT")).find("cut short") != std::string::npos);
  for (const std::string& senseless :
       {tiny::png_header(0, 1, tiny::gray_8), tiny::png_header(1, 0x80000000, tiny::gray_8),
        tiny::png_header(1, 1, "\x03\0\0\0\0"s), tiny::png_header(1, 1, "\x10\x03\0\0\0"s),
        tiny::png_header(1, 1, "\x08\0\x01\0\0"s), tiny::png_header(1, 1, "\x08\0\0\0\x02"s),
        tiny::png_chunk("IHDR", "")})
    CHECK(fault_of(png(senseless + pixels + end)) == "a PNG whose IHDR chunk describes no picture");

  CHECK(fault_of("GIF89a\0\0\x01\0\0\0\0\x3b"s) == "a GIF without any size");
  CHECK(fault_of("GIF89a\x01\0\x01\0\0\0\0\x3b"s) == "a GIF without a picture");
  CHECK(fault_of("GIF89a\x01\0\x01\0\0\0\0\x99"s) == "a GIF that is damaged (a block of no known kind)");
  CHECK(fault_of(tiny::gif() + "x") == "a GIF with something after its end");

  for (const std::string broken : {"<svg><svg></svg>", "<svg></g></svg>", "<svg><g></svg></g>", "<svg",
                                   "<svg a='>", "</svg>", "<!-- <svg/>", "<!DOCTYPE svg [", "<", "<svg><"})
    CHECK(fault_of(broken) == "an SVG that is damaged or cut short");
  CHECK(fault_of("<svg/><svg/>") == "an SVG with something after its end");
  CHECK(fault_of("<svg/>text") == "an SVG with something after its end");
  CHECK(fault_of("<svg>\0</svg>"s) == "an SVG with a zero byte in it");
  CHECK(fault_of("<a\x1b[31m/>") == "no image but a document of <a?[31m>");
}

TEST_CASE("the real sprites are whole, and truncated they are not", "[image]") {
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
