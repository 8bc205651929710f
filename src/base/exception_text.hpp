#pragma once

#include "base/cluster_api.hpp"

#include <exception>
#include <string>
#include <typeinfo>

namespace spritefarm {

/// The type and the message of an exception, such as `std::runtime_error: disk full`. The type alone if it is
/// not a std::exception.
SPRITEFARM_CLUSTER_API std::string exception_text(const std::exception_ptr& exception);

/// The readable name of the type of an exception, such as `std::runtime_error`.
std::string exception_type_name(const std::exception_ptr& exception);

/// The readable name of a type, such as `std::string`.
std::string type_name(const std::type_info& type);

}  // namespace spritefarm
