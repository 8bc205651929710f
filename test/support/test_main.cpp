#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <csignal>
#include <thread>

// Defined by the runtime of ThreadSanitizer, if it is linked.
extern "C" [[gnu::weak]] void __tsan_init();
// Defined by a test program that can be run as something else. Returns its exit status then, else -1.
extern "C" [[gnu::weak]] int run_instead_of_tests(int argc, char** argv);

int main(int argc, char** argv) {
  if (run_instead_of_tests)
    if (const int status = run_instead_of_tests(argc, argv); status >= 0) return status;
  // nohup and a shell's '&' start programs that ignore some of these.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(signal, SIG_DFL);
  // ThreadSanitizer starts a background thread with the first thread of the program, and again in a child
  // forked before that. Starting it now gives each process only one.
  if (__tsan_init) std::thread([] {}).join();
  return Catch::Session().run(argc, argv);
}

// ThreadSanitizer does not see the atomic reference counts of exceptions inside libstdc++.
extern "C" const char* __tsan_default_suppressions() {
  return "race:std::__exception_ptr::exception_ptr::_M_release\n"
         "race:std::runtime_error::~runtime_error\n"
         "race:std::logic_error::~logic_error\n";
}
