#include "cache/ledger.hpp"
#include "integration/fault_matrix.hpp"
#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/program.hpp"
#include "support/sanitizers.hpp"
#include "support/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

using namespace spritefarm;
using namespace spritefarm::test;
namespace fs = std::filesystem;

namespace {

constexpr int pokemon = 30;

FaultRow sound_row(const std::string& fault, ChangingApi& api) {
  FaultRow row;
  row.fault = fault;
  for (int id = 1; id <= pokemon; ++id) row.source["p" + std::to_string(id)] = api.image(id);
  row.failed.reset();
  return row;
}

/// `command` with these words before it.
Command preceded(std::vector<std::string> words, Command command) {
  command.arguments.insert(command.arguments.begin(), words.begin(), words.end());
  // LeakSanitizer wants a process of its own.
  command.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  return command;
}

/// `command` after a shell's script, in a namespace where it may mount what it likes; the output folder is
/// $0.
Command with_mounts(const std::string& script, const fs::path& output, Command command) {
  return preceded({"unshare", "-rm", "sh", "-c", script, output}, std::move(command));
}

void pass_over(const std::string& row, const char* reason) {
  std::printf("%-38s passed over: %s\n", row.c_str(), reason);
}

/// Whether this machine lets us.
bool may_mount(const std::string& row) {
  const TempDir work;
  const bool may = run({{"unshare", "-rm", "mount", "-t", "tmpfs", "none", work.path()}}).exit_status == 0;
  if (!may) pass_over(row, "nothing can be mounted here");
  return may;
}

}  // namespace

TEST_CASE("a disk that is full or cannot be written to is told, and leaves whole files only", "[faults]") {
  ChangingApi api(pokemon);
  std::vector<FaultRow> rows;
  if (may_mount("full disk")) {
    rows.push_back(sound_row("full disk", api));
    rows.back().command = [&](const FaultMode& mode, const fs::path& output) {
      const fs::path small = output.string() + "-small";
      fs::create_directory(small);
      return with_mounts(
          R"(mount -t tmpfs -o size=64k none "$0-small"; "$@"; status=$?; cp -a "$0-small/." "$0"; exit $status)",
          output, farm_command(mode, small, {"--base-url", api.base_url()}));
    };
    rows.back().exit_status = 4;
    rows.back().said = {"No space left on device", "cannot be used any more"};
  }
  if (may_mount("read-only folder")) {
    rows.push_back(sound_row("read-only folder", api));
    rows.back().command = [&](const FaultMode& mode, const fs::path& output) {
      return with_mounts(R"(mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"; exec "$@")", output,
                         farm_command(mode, output, {"--base-url", api.base_url()}));
    };
    rows.back().exit_status = 4;
    rows.back().said = {"Read-only file system"};
  }
  check_faults(rows);
}

TEST_CASE("too few descriptors or processes fail what they must, by name", "[faults]") {
  ChangingApi api(pokemon);
  std::vector<FaultRow> rows;
  std::vector<std::string> limits{"16", "24", "32"};
  if (UNDER_ADDRESS_SANITIZER) {
    pass_over("few open files", "the sanitizer needs some of its own, and takes objects for broken without");
    limits.clear();
  }
  for (const std::string& limit : limits) {
    rows.push_back(sound_row("at most " + limit + " open files", api));
    rows.back().command = [&, limit](const FaultMode& mode, const fs::path& output) {
      return preceded({"prlimit", "--nofile=" + limit},
                      farm_command(mode, output, {"--retries", "1", "--base-url", api.base_url()}));
    };
  }
  // The limit on processes does not hold for root, who becomes somebody else, for whom the program must lie
  // open.
  const TempDir open;
  std::vector<std::string> as_somebody{"prlimit", "--nproc=1"};
  if (::geteuid() == 0) {
    fs::permissions(open.path(), fs::perms::all);
    fs::copy_file(program_path(), open / "spritefarm");
    as_somebody = {"setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "prlimit", "--nproc=1"};
  }
  rows.push_back(sound_row("no more processes", api));
  rows.back().command = [&](const FaultMode& mode, const fs::path& output) {
    Command command = farm_command(mode, output, {"--base-url", api.base_url()});
    if (::geteuid() == 0) {
      command.arguments.front() = open / "spritefarm";
      for (const fs::path& folder : {output, output.parent_path()}) fs::permissions(folder, fs::perms::all);
    }
    return preceded(as_somebody, command);
  };
  rows.back().exit_status = 1;
  rows.back().said = {"allow it more processes"};
  check_faults(rows);
}

TEST_CASE("a ledger that another run has is done without", "[faults]") {
  ChangingApi api(pokemon);
  FaultRow row = sound_row("ledger of another run", api);
  std::vector<std::unique_ptr<cache::Ledger>> others;
  row.command = [&](const FaultMode& mode, const fs::path& output) {
    others.push_back(std::make_unique<cache::Ledger>(output / ".spritefarm.db"));
    return farm_command(mode, output, {"--base-url", api.base_url()});
  };
  row.failed.emplace();
  row.said = {"another run has the ledger"};
  check_faults({row});
}
