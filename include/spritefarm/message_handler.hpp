#pragma once

#include <spritefarm/detail/visibility.hpp>

#include <string_view>

namespace SPRITEFARM_API spritefarm {

/// Takes a message of the library: one line without a newline, about a fault that no future and no exception
/// can tell, such as an exception of a done callback or the start of a worker that the system refuses. Called
/// on any thread of the library, in the process in which it happens: a worker has the handler of the time of
/// its fork.
/// Source: the logger "concurrent.futures".
using MessageHandler = void (*)(std::string_view message) noexcept;

/// Sets the handler and returns the one before. nullptr restores the first one, which writes "spritefarm: ",
/// the message and a newline to standard error. Any thread.
MessageHandler set_message_handler(MessageHandler handler) noexcept;

}  // namespace spritefarm
