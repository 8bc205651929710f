#include "system/sandbox.hpp"

#include "posix/check.hpp"
#include "system/call_allow_list.hpp"
#include "system/landlock.hpp"

#include <sys/prctl.h>

namespace spritefarm::system {

std::string SandboxSupport::text() const {
  if (is_none()) return "none";
  std::string text;
  if (landlock_version > 0) text = "landlock " + std::to_string(landlock_version);
  if (has_seccomp) text += text.empty() ? "seccomp" : ", seccomp";
  return text;
}

SandboxSupport sandbox_support() noexcept {
  // Both need PR_SET_NO_NEW_PRIVS; a container may forbid the call.
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) < 0) return {};
  return {landlock_version(), has_seccomp()};
}

std::vector<std::string> files_of_the_network() {
  return {"/etc/hosts",
          "/etc/resolv.conf",
          "/etc/nsswitch.conf",
          "/etc/host.conf",
          "/etc/gai.conf",
          "/etc/services",
          "/etc/protocols",
          "/etc/localtime",
          "/etc/ld.so.cache",
          "/etc/ssl",
          "/etc/pki",
          "/etc/ca-certificates",
          "/etc/crypto-policies",
          "/usr/lib/ssl",
          "/usr/share/zoneinfo",
          "/usr/share/ca-certificates",
          "/usr/local/share/ca-certificates",
          "/run/systemd/resolve",
          "/proc/self",
          "/sys/devices/system/cpu",
          "/lib",
          "/lib64",
          "/usr/lib",
          "/usr/lib64",
          "/usr/local/lib",
          "/dev/urandom"};
}

void confine(const SandboxRules& rules) {
  const SandboxSupport support = sandbox_support();
  if (support.is_none()) return;
  posix::check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
  if (support.landlock_version > 0) restrict_by_landlock(rules, support.landlock_version);
  if (support.has_seccomp) allow_needed_calls(rules.kills);
}

}  // namespace spritefarm::system
