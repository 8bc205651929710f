// Limits the time of each test case. When it has passed, the program prints the name of the case and aborts.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "support/time_limit.hpp"

#include "support/catch.hpp"

#if __has_include(<catch2/reporters/catch_reporter_event_listener.hpp>)
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#endif

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr unsigned seconds = 180;

std::array<char, 256> running{};

extern "C" void abort_on_timeout(int) {
  constexpr std::string_view message = "\ntimed out: ";
  [[maybe_unused]] ssize_t written = ::write(STDOUT_FILENO, message.data(), message.size());
  written = ::write(STDOUT_FILENO, running.data(), std::char_traits<char>::length(running.data()));
  written = ::write(STDOUT_FILENO, "\n", 1);
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

#if __has_include(<catch2/reporters/catch_reporter_event_listener.hpp>)
using Base = Catch::EventListenerBase;
#else
using Base = Catch::TestEventListenerBase;
#endif

class TimeLimit final : public Base {
 public:
  using Base::Base;
  void testCaseStarting(const Catch::TestCaseInfo& test) override {
    const std::size_t length = std::min(test.name.size(), running.size() - 1);
    std::copy_n(test.name.begin(), length, running.begin());
    running[length] = '\0';
    std::signal(SIGALRM, abort_on_timeout);
    ::alarm(seconds);
  }
  void testCaseEnded(const Catch::TestCaseStats&) override { ::alarm(0); }
};

CATCH_REGISTER_LISTENER(TimeLimit)

}  // namespace

void spritefarm::test::set_time_limit(std::chrono::seconds limit) {
  ::alarm(static_cast<unsigned>(limit.count()));
}
