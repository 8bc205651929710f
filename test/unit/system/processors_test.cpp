#include "system/processors.hpp"

#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>

using namespace spritefarm;
using namespace spritefarm::test;

TEST_CASE("the usable processors are bounded by the quota of a cgroup and those above", "[system]") {
  const TempDir work;
  const auto usable = [&](const std::string& group) {
    write_file(work / "membership", "1:name=systemd:/other\n0::" + group + "\n");
    return system::usable_processors(work / "root", work / "membership");
  };
  std::filesystem::create_directories(work / "root/pod/box");
  const int all = static_cast<int>(system::allowed_processors().size());
  CHECK(usable("/") == all);
  CHECK(usable("/pod/box") == all);
  CHECK(system::usable_processors(work / "absent", work / "absent") == all);
  write_file(work / "root/pod/box/cpu.max", "max 100000\n");
  CHECK(usable("/pod/box") == all);
  write_file(work / "root/pod/cpu.max", "50000 100000\n");
  CHECK(usable("/pod/box") == 1);
  CHECK(usable("/") == all);
  write_file(work / "root/pod/cpu.max", "100000000 100000\n");
  CHECK(usable("/pod/box") == all);
  write_file(work / "root/pod/box/cpu.max", "1000 100000\n");
  CHECK(usable("/pod/box") == 1);
  write_file(work / "root/cpu.max", "100000 100000\n");
  CHECK(usable("/") == 1);
  write_file(work / "root/cpu.max", "-3 nonsense\n");
  CHECK(usable("/") == all);
}
