#include "posix/fork.hpp"
#include "support/catch.hpp"
#include "system/child_process.hpp"
#include "system/cpu_time.hpp"
#include "system/temporary_directory.hpp"
#include "system/tree_memory.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

using namespace spritefarm;
using namespace std::chrono_literals;

TEST_CASE("spend_cpu_time() uses CPU time; it does not sleep", "[posix]") {
  const std::clock_t before = std::clock();
  system::spend_cpu_time(30ms);
  CHECK(std::clock() - before >= CLOCKS_PER_SEC / 1000 * 29);
}

TEST_CASE("the memory of a process tree includes grandchildren", "[posix][process]") {
  constexpr std::size_t large = 64 << 20;
  system::ChildProcess child([](system::ParentLine& parent) {
    system::ChildProcess grandchild([](system::ParentLine& line) {
      const std::string pages(large, 'x');
      line.send("ready");
      line.wait_for_end();
      return pages.back() == 'x' ? 0 : 1;
    });
    parent.send(grandchild.receive().value_or("lost"));
    parent.wait_for_end();
    return 0;
  });
  REQUIRE(child.receive() == "ready");
  CHECK(system::proportional_memory_of_tree(child.pid()) >= large);
  CHECK(system::proportional_memory_of_tree(posix::current_pid()) >= large);
  const pid_t gone = child.pid();
  child.finish();
  CHECK(system::proportional_memory_of_tree(gone) == 0);
}

TEST_CASE("a temporary directory is removed with its contents", "[posix]") {
  std::string path;
  {
    const system::TemporaryDirectory directory;
    path = directory.path();
    CHECK(std::filesystem::is_directory(path));
    CHECK(std::filesystem::create_directories(path + "/a/b"));
    std::ofstream(path + "/a/b/file") << "text";
    CHECK(system::TemporaryDirectory().path() != path);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}
