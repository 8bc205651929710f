#pragma once

#include <spritefarm/codec.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

/// Which functions may be called in another process. The table is filled while static objects are
/// initialised, so it is the same in every process of one binary; on the wire a function is its number here,
/// never an address.
namespace spritefarm::detail {

using FunctionId = std::uint32_t;

/// A coroutine that a request has started in a worker process. Owned by the worker, used on its loop.
class RunningCoroutine {
 public:
  virtual ~RunningCoroutine() = default;
  virtual void start(std::function<void()> on_end) = 0;
  /// Encodes the result of the ended coroutine; throws what left it.
  virtual void take(Encoder& result) = 0;
};

/// Decodes the arguments and calls: a plain function's result is encoded when this returns null; a coroutine
/// is returned, not yet started. Throws what the function throws, or CodecError.
using FunctionEntry = std::unique_ptr<RunningCoroutine> (*)(Decoder& arguments, Encoder& result);

/// `type` distinguishes the entries in messages and in the table's digest. Static initialisation only.
FunctionId register_function(FunctionEntry entry, const char* type);

/// The entry of that number; throws CodecError where the table has none.
FunctionEntry function_entry(FunctionId id);

/// A number that differs between binaries whose tables differ: both ends of a channel compare it.
std::uint64_t function_table_digest();

/// A pointer to a plain function travels as the number of the loaded object (the program or a shared library) that holds
/// its code, and the code's offset there: both are the same in every process of one binary. Throws CodecError for a
/// pointer that does not point into the code of a loaded object, or a null one.
void encode_function_pointer(Encoder& to, void (*function)());
/// Throws CodecError where there is no code.
void (*decode_function_pointer(Decoder& from))();

}  // namespace spritefarm::detail
