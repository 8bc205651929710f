#include "system/atomic_file.hpp"

#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

#include <atomic>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::test;
namespace fs = std::filesystem;

namespace {

system::Directory open(const TempDir& folder) {
  return system::Directory::open(folder.path().string());
}

std::size_t entries(const TempDir& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is created and replaced as a whole", "[posix][files]") {
  const TempDir folder;
  const std::string big(3 << 20, 'x');
  system::replace_file(open(folder), "a.png", big);
  CHECK(read_file(folder / "a.png") == big);
  system::replace_file(open(folder), "a.png", "small");
  CHECK(read_file(folder / "a.png") == "small");
  CHECK(entries(folder) == 1);
}

TEST_CASE("a failed replacement leaves no temporary file", "[posix][files]") {
  const TempDir folder;
  fs::create_directory(folder / "taken");
  CHECK_THROWS_AS(system::replace_file(open(folder), "taken", "x"), std::system_error);
  CHECK_THROWS_AS(system::replace_file(open(folder), std::string(300, 'x'), "x"), std::system_error);
  CHECK(entries(folder) == 1);
}

TEST_CASE("a symbolic link is replaced, not followed", "[posix][files]") {
  const TempDir folder;
  write_file(folder / "precious", "untouched");
  fs::create_symlink("precious", folder / "a.png");
  system::replace_file(open(folder), "a.png", "new");
  CHECK(read_file(folder / "precious") == "untouched");
  CHECK(!fs::is_symlink(folder / "a.png"));
}

TEST_CASE("readers see the old or the new file, never a partial one", "[posix][files]") {
  const TempDir folder;
  const std::string one(100'000, '1'), two(200'000, '2');
  system::replace_file(open(folder), "a.png", one);
  std::thread writer([&] {
    const system::Directory directory = open(folder);
    for (int i = 0; i < 100; ++i) system::replace_file(directory, "a.png", i % 2 == 0 ? two : one);
  });
  int torn = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string read = read_file(folder / "a.png");
    torn += read != one && read != two;
  }
  writer.join();
  CHECK(torn == 0);
}

TEST_CASE("probing a directory leaves no file", "[posix][files]") {
  const TempDir folder;
  system::probe_writing(open(folder));
  CHECK(entries(folder) == 0);
}

TEST_CASE("missing directories are created, symbolic links below are refused", "[posix][files]") {
  const TempDir folder;
  const system::Directory top = system::Directory::make((folder / "a/b").string());
  const system::Directory below = top.make_below("c/d");
  system::replace_file(below, "x", "here");
  CHECK(read_file(folder / "a/b/c/d/x") == "here");
  system::replace_file(top.make_below("c/d"), "y", "again");
  CHECK(read_file(folder / "a/b/c/d/y") == "again");

  fs::create_directory_symlink(folder / "a", folder / "a/b/outside");
  CHECK_THROWS_AS(top.make_below("outside"), std::system_error);
  CHECK_THROWS_AS(top.make_below("outside/e"), std::system_error);
  CHECK(!fs::exists(folder / "a/e"));
}

TEST_CASE("a file where a directory is expected is an error", "[posix][files]") {
  const TempDir folder;
  write_file(folder / "file", "x");
  CHECK_THROWS_AS(system::Directory::make((folder / "file/below").string()), std::system_error);
  CHECK_THROWS_AS(system::Directory::make((folder / "file").string()), std::system_error);
  CHECK_THROWS_AS(open(folder).make_below("file"), std::system_error);
}

TEST_CASE("abandoned temporary files are removed, down to a depth", "[posix][files]") {
  const TempDir folder;
  const std::string abandoned = ".spritefarm-0123456789abcdef.part";
  for (const char* where : {"", "a/", "a/b/"}) write_file(folder / (where + abandoned), "part of a file");
  for (const char* other : {"a.png", ".spritefarm-0123456789abcdef.part.txt",
                            ".spritefarm-0123456789ABCDEF.part", ".spritefarm-1.part", ".spritefarm.db"})
    write_file(folder / other, "stays");
  fs::create_directory_symlink(folder / "a/b", folder / "link");
  const std::size_t before = entries(folder);

  CHECK(system::remove_abandoned_files(open(folder), 0) == 1);
  CHECK(entries(folder) == before - 1);
  CHECK(system::remove_abandoned_files(open(folder), 1) == 1);
  CHECK(fs::exists(folder / ("a/b/" + abandoned)));
  CHECK(system::remove_abandoned_files(open(folder), 2) == 1);
  CHECK(!fs::exists(folder / ("a/b/" + abandoned)));
  CHECK(system::remove_abandoned_files(open(folder), 9) == 0);
}

TEST_CASE("remove_abandoned_files() keeps the files that are being written", "[posix][files]") {
  const TempDir folder;
  std::atomic<bool> done = false;
  std::thread cleaner([&] {
    while (!done) system::remove_abandoned_files(open(folder), 0);
  });
  int lost = 0;
  for (int i = 0; i < 2000; ++i) try {
      system::replace_file(open(folder), "a.png", "x");
    } catch (const std::system_error&) {
      ++lost;
    }
  done = true;
  cleaner.join();
  CHECK(lost == 0);
  CHECK(entries(folder) == 1);
}

TEST_CASE("the stamp of a file shows whether it has been replaced", "[posix][files]") {
  const TempDir folder;
  const system::FileStamp stamp = system::replace_file(open(folder), "a.png", "1234");
  CHECK(stamp.size == 4);
  CHECK(system::stamp_of(open(folder), "a.png") == stamp);
  CHECK(read_file(open(folder), "a.png", 4)->bytes == "1234");
  CHECK(!read_file(open(folder), "a.png", 3));
  CHECK(!read_file(open(folder), "b.png", 4));

  fs::create_symlink("a.png", folder / "link");
  CHECK(!system::stamp_of(open(folder), "link"));
  CHECK(!system::stamp_of(open(folder), "absent"));
  CHECK(!system::stamp_of(open(folder), "."));
  system::replace_file(open(folder), "a.png", "4321");
  CHECK(system::stamp_of(open(folder), "a.png") != stamp);
}
