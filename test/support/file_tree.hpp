#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace spritefarm::test {

/// The content of a file. Throws std::runtime_error if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Writes a file and creates its parent directories. Throws std::runtime_error.
void write_file(const std::filesystem::path& path, const std::string& bytes);

/// All files below a directory, by relative path, with their content ("-> target" for a symbolic link).
/// Leaves out the ledger. Empty if the directory does not exist.
std::map<std::string, std::string> read_tree(const std::filesystem::path& root);

}  // namespace spritefarm::test
