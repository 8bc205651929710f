#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <thread>

// ThreadSanitizer's runtime has it, where this is linked with that.
extern "C" [[gnu::weak]] void __tsan_init();

int main(int argc, char** argv) {
  // The sanitizer starts a thread of its own before the first, and in a child that is forked before that: do it now, so
  // that no process has it twice.
  if (__tsan_init) std::thread([] {}).join();
  return Catch::Session().run(argc, argv);
}

// libstdc++ counts the references to an exception with atomics of its own, which ThreadSanitizer does not
// see.
extern "C" const char* __tsan_default_suppressions() {
  return "race:std::__exception_ptr::exception_ptr::_M_release\n"
         "race:std::runtime_error::~runtime_error\n"
         "race:std::logic_error::~logic_error\n";
}
