#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace spritefarm {

/// An exception in bytes, with the exceptions that are nested in it. Never throws for what the exception is.
std::string encode_exception(const std::exception_ptr& exception);

/// The exception again: a standard exception or one of ours as itself, any other as a RemoteError that names
/// its type. Never fails: bytes that are no exception make a CodecError that says so.
std::exception_ptr decode_exception(std::string_view bytes);

}  // namespace spritefarm
