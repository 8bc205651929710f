// The precompiled header of the program's sources under sanitizers (see the Makefile): headers that many of
// them include and that are slow to compile. No file includes it, so it needs no include guard.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>
