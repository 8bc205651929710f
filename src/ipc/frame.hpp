#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

/// Frames: what a coordinator and a worker process say to each other, version 1.
///
/// A frame is a header of 24 bytes and `size` bytes of payload. Numbers lie as in memory: both ends are one
/// binary on one machine, and the worker's first frame proves it.
///
///     offset  size
///          0     2  kind      1 call, 2 result, 3 failure, 4 ready, 5 stop, 6 skipped, 7 leave
///          2     2  version   1
///          4     4  slot      of a call: which of the worker's slots says whether it starts (call_slots.hpp);
///                             of a result or failure: 1 when the worker has grown too large and starts no more calls
///          8     8  call      the call's number, which its result or failure repeats; 0 in `ready`, in `leave`, and
///                             in a `failure` that stands for `ready`: the worker could not start
///         16     8  size      bytes of payload that follow
///
///     kind      from         payload
///     call      coordinator  function id (4 bytes), the function object, the arguments: spritefarm::Codec
///     result    worker       the result: spritefarm::Codec
///     failure   worker       the exception: spritefarm::Codec<std::exception_ptr>
///     ready     worker       digest of the function table (8 bytes)
///     stop      coordinator  none: the coroutine that runs this call is to be destroyed; a failure answers,
///                            unless the call's result was on its way
///     skipped   worker       none: the call did not start, because its slot does not offer it (any more)
///     leave     coordinator  none: no more calls will come; the worker ends when what it runs has ended
///
/// The call `add(1, 2)`, number 7 in slot 0, of a captureless lambda that stands third in the table, little-endian:
///
///     01 00 01 00  00 00 00 00  07 00 00 00 00 00 00 00  0c 00 00 00 00 00 00 00   its header, size = 12
///     03 00 00 00  01 00 00 00  02 00 00 00                                        function 3, int 1, int 2
///
/// and its answer:
///
///     02 00 01 00  00 00 00 00  07 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00   its header, size = 4
///     03 00 00 00                                                                  int 3
namespace spritefarm::ipc {

enum class FrameKind : std::uint16_t {
  call = 1,
  result = 2,
  failure = 3,
  ready = 4,
  stop = 5,
  skipped = 6,
  leave = 7
};

struct FrameHeader {
  static constexpr std::uint16_t current_version = 1;

  FrameKind kind{};
  std::uint16_t version = current_version;
  std::uint32_t slot = 0;
  std::uint64_t call = 0;
  std::uint64_t size = 0;
};
static_assert(sizeof(FrameHeader) == 24);

struct Frame {
  FrameHeader header;
  std::string payload;
};

/// The other end sent something that is no frame.
class CorruptFrame : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws CorruptFrame for a header that no sender of this version writes.
void check_header(const FrameHeader& header);

}  // namespace spritefarm::ipc
