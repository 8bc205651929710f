#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/visibility.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

/// The functions that can be called in another process. Static initialisation fills the table, so every
/// process of one binary has the same; what a shared object adds later is at its end. A function crosses as
/// its number in the table, never as an address.
namespace SPRITEFARM_API spritefarm {
namespace detail {

using FunctionId = std::uint32_t;

/// A coroutine that a request has created in a worker process. Owned by the worker and used on the thread of
/// its loop.
class RunningCoroutine {
 public:
  virtual ~RunningCoroutine() = default;
  /// Starts the coroutine. Calls `on_end` when it has ended, possibly before this returns.
  virtual void start(std::function<void()> on_end) = 0;
  /// Encodes the result of a coroutine that has ended. Throws what the coroutine threw.
  virtual void take(Encoder& result) = 0;
};

/// Decodes the arguments and calls the function. A plain function: encodes its result and returns null. A
/// coroutine: returns it, not yet started. Throws what the function throws, or CodecError.
using FunctionEntry = std::unique_ptr<RunningCoroutine> (*)(Decoder& arguments, Encoder& result);

/// Adds an entry and returns its number. `type` distinguishes the entries in the digest. To be called during
/// static initialisation only.
FunctionId register_function(FunctionEntry entry, const char* type);

/// The entry of that number. Throws CodecError if the table has none.
FunctionEntry function_entry(FunctionId id);

/// Encodes what identifies each entry of the table. The first frame of a worker.
void encode_function_table(Encoder& to);
/// Compares such a table with that of this process, as far as both go: tables only grow, when a shared object
/// is loaded. Throws CodecError.
bool is_function_table_of_this_program(Decoder& from);

/// Encodes a pointer to a plain function as the number of the loaded object (the program or a shared library)
/// that holds its code, and the offset of the code there. Both are the same in every process of one binary.
/// Throws CodecError if the pointer is null or does not point into the code of a loaded object.
void encode_function_pointer(Encoder& to, void (*function)());
/// While it exists, encode_function_pointer() of this thread throws CodecError for functions of shared
/// libraries, if `is_active`. For calls to other machines, whose libraries differ. Source: none.
class FunctionsOfProgramAlone {
 public:
  explicit FunctionsOfProgramAlone(bool is_active) noexcept;
  ~FunctionsOfProgramAlone();
  FunctionsOfProgramAlone(const FunctionsOfProgramAlone&) = delete;
  FunctionsOfProgramAlone& operator=(const FunctionsOfProgramAlone&) = delete;

 private:
  bool m_before;
};
/// Throws CodecError if there is no code at that place.
void (*decode_function_pointer(Decoder& from))();

}  // namespace detail
}  // namespace spritefarm
