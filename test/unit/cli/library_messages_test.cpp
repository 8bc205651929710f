#include "cli/library_messages.hpp"

#include "base/message.hpp"
#include "posix/fork.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace spritefarm;

namespace {

/// What a child writes to standard error.
template <typename Body>
std::string errors_of(Body body) {
  const test::TempDir folder;
  const std::string file = folder / "errors";
  const pid_t child = posix::fork_child([&] {
    ::dup2(::open(file.c_str(), O_CREAT | O_WRONLY, 0600), STDERR_FILENO);
    body();
    return 0;
  });
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  return test::read_file(file);
}

}  // namespace

TEST_CASE("the library's messages are warnings of the program, as long as it wants them", "[cli][messages]") {
  CHECK(errors_of([] {
          const cli::Messages quiet(cli::Verbosity::quiet);
          {
            const cli::LibraryMessages library(quiet);
            report_message({"no ", "warning"});
          }
          report_message({"a ", "line"});
        }) == "spritefarm: a line\n");
}

TEST_CASE("a message of the library stands above the lines of the progress", "[cli][messages]") {
  const std::string erase(cli::Messages::erase_below);
  CHECK(errors_of([] {
          const cli::Messages messages(cli::Verbosity::normal, cli::ColorChoice::never);
          const cli::LibraryMessages library(messages);
          messages.show_below({{{"progress"}}});
          report_message({"a line"});
        }).ends_with(erase + "spritefarm: a line\nprogress\r"));
}
