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
    const bool is_limited = error.code() == std::errc::file_too_large;
    return Error{fmt::format("the output directory '{}' cannot be used: {}; {}", path, error.what(),
                             is_limited ? "allow larger files (ulimit -f)" : "choose another with --output")};
  }
}

}  // namespace spritefarm::farm
