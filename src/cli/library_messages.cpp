#include "cli/library_messages.hpp"

#include <atomic>

namespace spritefarm::cli {
namespace {

std::atomic<const Messages*> s_messages = nullptr;

void show(std::string_view message) noexcept {
  try {
    if (const Messages* const messages = s_messages) messages->warning(message);
  } catch (...) {  // no memory
  }
}

}  // namespace

LibraryMessages::LibraryMessages(const Messages& messages)
    : m_before((s_messages = &messages, set_message_handler(show))) {}

LibraryMessages::~LibraryMessages() {
  set_message_handler(m_before);
  s_messages = nullptr;
}

}  // namespace spritefarm::cli
