#include "fuzz/fuzz_input.hpp"
#include "text/output_template.hpp"

#include <algorithm>
#include <filesystem>

using namespace spritefarm;
using fuzz::must;

/// A template, and a server's name, key and extension for it, with '|' between them; as many more bytes as its id says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const Result<text::OutputTemplate> parsed = text::OutputTemplate::parse(input.field('|'));
  if (!parsed) return 0;
  text::OutputNames names;
  for (std::string_view* name : {&names.name, &names.sprite, &names.ext}) *name = input.field('|');
  names.id = static_cast<std::uint32_t>(input.rest().size());
  const Result<std::string> written = parsed->path(names);
  if (!written) return 0;

  const std::filesystem::path path(*written);
  must(path.is_relative() && path.lexically_normal() == path, "a path has no parts that lead elsewhere");
  must(path.has_filename() && *path.begin() != "..", "a path stays below the output folder");
  must(std::none_of(written->begin(), written->end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }),
       "a path has no control character");
  for (const std::filesystem::path& part : path) {
    must(part.native().size() <= 255, "each part can be a file's name");
    must(!part.native().starts_with(".spritefarm"), "the ledger and temporary files are left alone");
  }
  must(written->size() < 4096, "the path can be opened");
  must(std::count(written->begin(), written->end(), '/') == parsed->depth(), "it lies as deep as is said");
  return 0;
}
