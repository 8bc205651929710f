#include "system/landlock.hpp"

#include "posix/check.hpp"
#include "posix/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace spritefarm::system {
namespace {

// From <linux/landlock.h>, which is older than the kernel on many systems.
constexpr std::uint64_t execute = 1U << 0, write_bytes = 1U << 1, read_bytes = 1U << 2,
                        read_directory = 1U << 3, remove_file = 1U << 5, make_directory = 1U << 7,
                        make_file = 1U << 8, all_of_version_1 = (1U << 13) - 1;
constexpr std::uint64_t link_elsewhere = 1U << 13;          // version 2
constexpr std::uint64_t truncate = 1U << 14;                // version 3
constexpr std::uint64_t bind_tcp = 1, connect_tcp = 2;      // version 4
constexpr std::uint64_t use_device = 1U << 15;              // version 5
constexpr std::uint64_t abstract_sockets = 1, signals = 2;  // version 6
constexpr std::uint64_t no_right = 0;

struct Ruleset {
  std::uint64_t files, network, scopes;
};
struct [[gnu::packed]] PathRule {
  std::uint64_t rights;
  std::int32_t directory;
};
struct PortRule {
  std::uint64_t rights, port;
};
enum RuleKind : int { path_rule = 1, port_rule = 2 };

constexpr int by_network = 4, by_scopes = 6;  // versions

std::uint64_t all_file_rights(int version) {
  return all_of_version_1 | (version >= 2 ? link_elsewhere : no_right) |
         (version >= 3 ? truncate : no_right) | (version >= 5 ? use_device : no_right);
}

void allow_path(const posix::Fd& ruleset, const std::string& path, std::uint64_t rights) {
  const posix::Fd file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat found;
  if (!file || ::fstat(file.get(), &found) < 0) return;
  constexpr std::uint64_t of_files = execute | write_bytes | read_bytes | truncate | use_device;
  const PathRule rule{S_ISDIR(found.st_mode) ? rights : rights & of_files, file.get()};
  posix::check(::syscall(SYS_landlock_add_rule, ruleset.get(), path_rule, &rule, 0), "landlock_add_rule");
}

}  // namespace

int landlock_version() noexcept {
  constexpr unsigned ask_for_version = 1;
  return std::max(static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_for_version)), 0);
}

void restrict_by_landlock(const SandboxRules& rules, int version) {
  const std::uint64_t all = all_file_rights(version);
  const bool limits_ports = !rules.ports.empty();
  const Ruleset handled{all, bind_tcp | (limits_ports ? connect_tcp : no_right), abstract_sockets | signals};
  const std::size_t size = version >= by_scopes    ? sizeof handled
                           : version >= by_network ? offsetof(Ruleset, scopes)
                                                   : offsetof(Ruleset, network);
  const posix::Fd ruleset(static_cast<int>(
      posix::check(::syscall(SYS_landlock_create_ruleset, &handled, size, 0), "landlock_create_ruleset")));
  for (const std::string& path : rules.writable)
    allow_path(ruleset, path,
               all & (read_bytes | read_directory | write_bytes | make_file | make_directory | remove_file |
                      truncate));
  for (const std::string& path : rules.readable) allow_path(ruleset, path, read_bytes | read_directory);
  allow_path(ruleset, "/dev/null", read_bytes | write_bytes);
  if (version >= by_network)
    for (const std::uint16_t port : rules.ports) {
      const PortRule rule{connect_tcp, port};
      posix::check(::syscall(SYS_landlock_add_rule, ruleset.get(), port_rule, &rule, 0), "landlock_add_rule");
    }
  posix::check(::syscall(SYS_landlock_restrict_self, ruleset.get(), 0), "landlock_restrict_self");
}

}  // namespace spritefarm::system
