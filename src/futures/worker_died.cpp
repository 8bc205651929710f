#include <spritefarm/errors.hpp>

#include <cstring>

namespace spritefarm {
namespace {

std::string describe(const WorkerExit& how) {
  const std::string worker = "the worker process " + std::to_string(how.pid) + " that ran this call ";
  if (how.signal == 0) return worker + "exited with code " + std::to_string(how.exit_code);
  const char* const name = ::strsignal(how.signal);
  return worker + "was ended by signal " + std::to_string(how.signal) + " (" + (name ? name : "unknown") +
         ")";
}

}  // namespace

WorkerDied::WorkerDied(const WorkerExit& how) : std::runtime_error(describe(how)), m_how(how) {}

}  // namespace spritefarm
