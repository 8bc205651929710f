#include "farm/output_directory.hpp"

#include "system/atomic_file.hpp"
#include "system/directory.hpp"

#include <fmt/format.h>

#include <system_error>

namespace spritefarm::farm {

Result<void> prepare_output_directory(const std::string& path, int depth) {
  try {
    const system::Directory output = system::Directory::make(path);
    system::probe_writing(output);
    system::remove_abandoned_files(output, depth);
    return {};
  } catch (const std::system_error& error) {
    return Error{fmt::format("the output directory '{}' cannot be used: {}; choose another with --output",
                             path, error.what())};
  }
}

}  // namespace spritefarm::farm
