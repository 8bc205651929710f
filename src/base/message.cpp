#include "base/message.hpp"

#include <spritefarm/message_handler.hpp>

#include <atomic>
#include <iostream>
#include <new>
#include <string>

namespace spritefarm {
namespace {

void write_to_standard_error(std::string_view message) noexcept {
  try {
    std::cerr << "spritefarm: " + std::string(message) +
                     '\n';  // as one write, since threads and processes share it
  } catch (...) {           // no memory, or standard error throws
  }
}

// A pointer, so that a forked child can use it whatever other threads did at the fork.
std::atomic<MessageHandler> s_handler = write_to_standard_error;

}  // namespace

MessageHandler set_message_handler(MessageHandler handler) noexcept {
  const MessageHandler before = s_handler.exchange(handler ? handler : write_to_standard_error);
  return before == write_to_standard_error ? nullptr : before;
}

void report_message(std::initializer_list<std::string_view> parts) noexcept {
  try {
    std::string message;
    for (const std::string_view part : parts) message += part;
    s_handler.load()(message);
  } catch (const std::bad_alloc&) {
    s_handler.load()("no memory for a message");
  }
}

}  // namespace spritefarm
