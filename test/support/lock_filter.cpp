#include "support/lock_filter.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>

namespace spritefarm::test {

bool refuse_locks(int error) {
  constexpr auto load = BPF_LD | BPF_W | BPF_ABS;
  constexpr auto equals = BPF_JMP | BPF_JEQ | BPF_K;
  // The low half of the second argument; the machines that this runs on are little-endian.
  constexpr auto command = offsetof(seccomp_data, args) + 8;
  sock_filter code[] = {
      BPF_STMT(load, offsetof(seccomp_data, nr)),
      BPF_JUMP(equals, SYS_flock, 7, 0),
      BPF_JUMP(equals, SYS_fcntl, 0, 5),
      BPF_STMT(load, command),
      BPF_JUMP(equals, F_SETLK, 4, 0),
      BPF_JUMP(equals, F_SETLKW, 3, 0),
      BPF_JUMP(equals, F_OFD_SETLK, 2, 0),
      BPF_JUMP(equals, F_OFD_SETLKW, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
  };
  const sock_fprog program{sizeof code / sizeof *code, code};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace spritefarm::test
