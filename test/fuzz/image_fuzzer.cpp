#include "fuzz/fuzz_input.hpp"
#include "image/image.hpp"

#include <zlib.h>

#include <string>

using namespace spritefarm;
using fuzz::must;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed);

/// Usually corrects the CRCs of a mutated PNG: otherwise no mutation would pass the check of the first chunk.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  const std::size_t mutated = LLVMFuzzerMutate(data, size, max_size);
  if (mutated < 8 || std::memcmp(data, "\x89PNG", 4) != 0 || seed % 16 == 0) return mutated;
  for (std::size_t at = 8; mutated - at >= 12;) {
    const std::size_t length =
        std::size_t{data[at]} << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
    if (length > mutated - at - 12) break;
    const std::uint32_t crc =
        static_cast<std::uint32_t>(crc32_z(0, data + at + 4, static_cast<z_size_t>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i)
      data[at + 8 + length + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    at += 12 + length;
  }
  return mutated;
}

/// An image, as a server may send it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::FuzzInput(data, size).rest();
  const Result<image::CheckedImage> checked = image::check_image(bytes);
  if (!checked) return 0;

  must(checked->bytes_after_end < bytes.size(), "an image has an end");
  const std::string_view whole = bytes.substr(0, bytes.size() - checked->bytes_after_end);
  const auto alone = image::check_image(whole);
  must(alone && alone->kind == checked->kind && alone->bytes_after_end == 0, "an image is complete alone");
  if (checked->kind == image::ImageKind::png)
    must(!image::check_image(whole.substr(0, whole.size() - 1)), "a truncated image is refused");
  const auto longer = image::check_image(std::string(whole) + "x");
  must(longer && longer->kind == checked->kind && longer->bytes_after_end > 0, "appended data is counted");
  return 0;
}
