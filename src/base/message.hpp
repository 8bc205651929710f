#pragma once

#include "base/cluster_api.hpp"

#include <initializer_list>
#include <string_view>

namespace spritefarm {

/// Gives a message, in parts, to the handler that set_message_handler() has set. Any thread, any process.
SPRITEFARM_CLUSTER_API void report_message(std::initializer_list<std::string_view> parts) noexcept;

}  // namespace spritefarm
