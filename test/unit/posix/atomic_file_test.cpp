#include "posix/atomic_file.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <vector>

using namespace spritefarm::posix;
namespace fs = std::filesystem;

namespace {

/// A folder of this test's own, removed with it.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "spritefarm-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    m_path = pattern;
  }
  ~Folder() { fs::remove_all(m_path); }
  [[nodiscard]] fs::path operator/(const char* name) const { return m_path / name; }
  [[nodiscard]] Directory open() const { return Directory::open(m_path.string()); }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(m_path), fs::directory_iterator());
  }

 private:
  fs::path m_path;
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a file is made, and replaced, whole", "[posix][files]") {
  const Folder folder;
  const std::string big(3 << 20, 'x');
  replace_file(folder.open(), "a.png", big);
  CHECK(content(folder / "a.png") == big);
  replace_file(folder.open(), "a.png", "small");
  CHECK(content(folder / "a.png") == "small");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a name that cannot be taken leaves nothing behind", "[posix][files]") {
  const Folder folder;
  fs::create_directory(folder / "taken");
  CHECK_THROWS_AS(replace_file(folder.open(), "taken", "x"), std::system_error);
  CHECK_THROWS_AS(replace_file(folder.open(), std::string(300, 'x'), "x"), std::system_error);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a link in the file's place is replaced, not followed", "[posix][files]") {
  const Folder folder;
  std::ofstream(folder / "precious") << "untouched";
  fs::create_symlink("precious", folder / "a.png");
  replace_file(folder.open(), "a.png", "new");
  CHECK(content(folder / "precious") == "untouched");
  CHECK(!fs::is_symlink(folder / "a.png"));
}

TEST_CASE("readers see the old or the new file, never a part of one", "[posix][files]") {
  const Folder folder;
  const std::string one(100'000, '1'), two(200'000, '2');
  replace_file(folder.open(), "a.png", one);
  std::thread writer([&] {
    const Directory directory = folder.open();
    for (int i = 0; i < 100; ++i) replace_file(directory, "a.png", i % 2 == 0 ? two : one);
  });
  int torn = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string read = content(folder / "a.png");
    torn += read != one && read != two;
  }
  writer.join();
  CHECK(torn == 0);
}

TEST_CASE("probing a folder leaves no trace", "[posix][files]") {
  const Folder folder;
  probe_writing(folder.open());
  CHECK(folder.entries() == 0);
}

TEST_CASE("missing folders are made, links below are refused", "[posix][files]") {
  const Folder folder;
  const Directory top = Directory::make((folder / "a/b").string());
  const Directory below = top.make_below("c/d");
  replace_file(below, "x", "here");
  CHECK(content(folder / "a/b/c/d/x") == "here");
  replace_file(top.make_below("c/d"), "y", "again");
  CHECK(content(folder / "a/b/c/d/y") == "again");

  fs::create_directory_symlink(folder / "a", folder / "a/b/outside");
  CHECK_THROWS_AS(top.make_below("outside"), std::system_error);
  CHECK_THROWS_AS(top.make_below("outside/e"), std::system_error);
  CHECK(!fs::exists(folder / "a/e"));
}

TEST_CASE("a file in a folder's place is an error that names it", "[posix][files]") {
  const Folder folder;
  std::ofstream(folder / "file") << "x";
  CHECK_THROWS_AS(Directory::make((folder / "file/below").string()), std::system_error);
  CHECK_THROWS_AS(Directory::make((folder / "file").string()), std::system_error);
  CHECK_THROWS_AS(folder.open().make_below("file"), std::system_error);
}
