#pragma once

#include <exception>
#include <string>
#include <typeinfo>

namespace spritefarm {

/// An exception in a sentence: its message, and its type where it has no message of its own.
std::string exception_text(const std::exception_ptr& exception);

/// The readable name of an exception's type, such as `std::runtime_error`.
std::string exception_type_name(const std::exception_ptr& exception);

/// The readable name of a type, such as `std::string`.
std::string type_name(const std::type_info& type);

}  // namespace spritefarm
