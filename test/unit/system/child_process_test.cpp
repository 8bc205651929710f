#include "system/child_process.hpp"

#include "posix/shared_memory.hpp"
#include "support/catch.hpp"
#include "system/futex_word.hpp"

#include <csignal>
#include <ctime>
#include <new>

using namespace spritefarm;
using namespace std::chrono_literals;

TEST_CASE("a child's messages arrive one by one, with any bytes", "[posix][process]") {
  const std::string binary("a\nb\0c", 5), large(65536, 'x');
  system::ChildProcess child([&](system::ParentLine& parent) {
    parent.send(binary);
    parent.send("");
    parent.send(large);
    parent.wait_for_end();
    return 7;
  });
  CHECK(child.wait_for_message(60s));
  CHECK(child.receive() == binary);
  CHECK(child.receive() == "");
  CHECK(child.receive() == large);
  CHECK_FALSE(child.wait_for_message(0ms));
  const posix::ChildExit end = child.finish();
  CHECK(end.exit_code == 7);
  CHECK(end.signal == 0);
  CHECK(end.context_switches > 0);
}

TEST_CASE("a child's CPU time includes that of its own children", "[posix][process]") {
  system::ChildProcess child([](system::ParentLine&) {
    system::ChildProcess grandchild([](system::ParentLine&) {
      while (std::clock() < CLOCKS_PER_SEC / 20) continue;
      return 0;
    });
    return grandchild.finish().exit_code;
  });
  CHECK_FALSE(child.receive());
  CHECK(child.finish().cpu >= 50ms);
}

TEST_CASE("a killed child reports its signal", "[posix][process]") {
  system::ChildProcess child([](system::ParentLine& parent) {
    parent.wait_for_end();
    return 0;
  });
  ::kill(child.pid(), SIGKILL);
  CHECK(child.wait_for_message(60s));
  CHECK_FALSE(child.receive());
  CHECK(child.finish().signal == SIGKILL);
}

TEST_CASE("processes sleep on a futex until another process advances it", "[posix][process]") {
  const posix::SharedMemory memory(sizeof(system::FutexWord));
  system::FutexWord& word = *new (memory.data()) system::FutexWord;
  CHECK_FALSE(word.wait_while(0, 1ms));
  system::ChildProcess child([&](system::ParentLine& parent) {
    parent.send(word.wait_while(0, 60s) ? "woken" : "late");
    word.advance();
    return 0;
  });
  CHECK(word.advance() == 1);
  CHECK(child.receive() == "woken");
  CHECK(word.wait_while(1, 60s));
  CHECK(word.load() == 2);
}
