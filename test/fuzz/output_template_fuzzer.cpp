#include "fuzz/fuzz_input.hpp"
#include "text/output_template.hpp"

#include <algorithm>
#include <filesystem>

using namespace spritefarm;
using fuzz::must;

/// A template, then the name, key and extension from a server, separated by '|'. The number of further bytes
/// is the id.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const Result<text::OutputTemplate> parsed = text::OutputTemplate::parse(input.field('|'));
  if (!parsed) return 0;
  text::OutputNames names;
  for (std::string_view* name : {&names.name, &names.sprite, &names.ext}) *name = input.field('|');
  names.id = static_cast<std::uint32_t>(input.rest().size());
  const Result<std::string> path_text = parsed->path(names);
  if (!path_text) return 0;

  const std::filesystem::path path(*path_text);
  must(path.is_relative() && path.lexically_normal() == path, "a path is relative and normalised");
  must(path.has_filename() && *path.begin() != "..", "a path stays below the output directory");
  must(std::none_of(path_text->begin(), path_text->end(),
                    [](unsigned char c) { return c < ' ' || c == 0x7f; }),
       "a path has no control character");
  for (const std::filesystem::path& part : path) {
    must(part.native().size() <= 255, "each part is short enough for a file name");
    must(!part.native().starts_with(".spritefarm"), "no path names the ledger or a temporary file");
  }
  must(path_text->size() < 4096, "a path is shorter than PATH_MAX");
  must(std::count(path_text->begin(), path_text->end(), '/') == parsed->depth(),
       "a path has depth() slashes");
  return 0;
}
