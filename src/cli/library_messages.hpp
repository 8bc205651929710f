#pragma once

#include "cli/messages.hpp"

#include <spritefarm/message_handler.hpp>

namespace spritefarm::cli {

/// Shows the library's messages as warnings, so that they do not write over the progress. One at a time; the
/// run owns it. A worker that was forked meanwhile writes its own.
class LibraryMessages {
 public:
  explicit LibraryMessages(const Messages& messages);
  LibraryMessages(const LibraryMessages&) = delete;
  LibraryMessages& operator=(const LibraryMessages&) = delete;
  ~LibraryMessages();

 private:
  const MessageHandler m_before;
};

}  // namespace spritefarm::cli
