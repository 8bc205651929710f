#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace spritefarm::test {

/// A file's bytes; throws std::runtime_error for one that cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Makes the folders above it, too.
void write_file(const std::filesystem::path& path, const std::string& bytes);

/// All that is below a folder: path relative to it, and bytes ("-> target" for a symbolic link), less
/// the program's ledger. Empty where there is no such folder.
std::map<std::string, std::string> read_tree(const std::filesystem::path& root);

}  // namespace spritefarm::test
