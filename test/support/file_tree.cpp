#include "support/file_tree.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace spritefarm::test {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::map<std::string, std::string> read_tree(const std::filesystem::path& root) {
  std::map<std::string, std::string> tree;
  if (!std::filesystem::exists(root)) return tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().lexically_relative(root);
    const std::string file = entry.path().filename();
    if (file.rfind(".spritefarm", 0) == 0 && file.find(".db") != file.npos) continue;
    if (entry.is_symlink()) {
      tree[name] = "-> " + std::filesystem::read_symlink(entry.path()).string();
    } else if (entry.is_regular_file()) {
      // A running program may have renamed the file since it was listed.
      std::ifstream in(entry.path(), std::ios::binary);
      if (in) tree[name] = {std::istreambuf_iterator<char>(in), {}};
    }
  }
  return tree;
}

}  // namespace spritefarm::test
