#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

/// The protocol between the coordinator and a worker process, version 1.
///
/// A frame is a header of 24 bytes and `size` bytes of payload. Numbers have the byte order and layout of the
/// machine, because both ends are the same binary; the first frame of the worker proves it.
///
///     offset  size
///          0     2  kind      1 call, 2 result, 3 failure, 4 ready, 5 stop, 6 skipped, 7 leave,
///                             8 large call, 9 large
///                             result
///          2     2  version   1
///          4     4  slot      calls: the slot that decides whether it starts (call_slots.hpp);
///                             results, failure: 1 if the worker has reached max_rss and starts no more calls
///          8     8  call      the number of the call, repeated in its result or failure; 0 in `ready`,
///                             `leave` and a `failure` instead of `ready`: the worker could not start
///         16     8  size      bytes of payload that follow
///
///     kind      from         payload
///     call      coordinator  function id (4 bytes), the function object, the arguments: spritefarm::Codec
///     large     coordinator  where the payload of a call lies in the file of the pool's large requests:
///     call                   offset and size (8 bytes each)
///     result    worker       the result: spritefarm::Codec
///     large     worker       where the result lies in the file of the worker's large results: offset and
///     result                 size (8 bytes each)
///     failure   worker       the exception: spritefarm::Codec<std::exception_ptr>
///     ready     worker       digest of the function table (8 bytes)
///     stop      coordinator  none: destroys the coroutine of the call; the answer is a failure, unless the
///                            result has been sent already
///     skipped   worker       none: the call did not start, because its slot does not offer it
///     leave     coordinator  none: no more calls follow; the worker exits when its running calls have ended
///
/// Example: the call `add(1, 2)`, number 7 in slot 0, where `add` is a lambda without captures and function 3
/// of the table, little-endian:
///
///     01 00 01 00  00 00 00 00  07 00 00 00 00 00 00 00  0c 00 00 00 00 00 00 00   header, size = 12
///     03 00 00 00  01 00 00 00  02 00 00 00                                        function 3, int 1, int 2
///
/// Its result:
///
///     02 00 01 00  00 00 00 00  07 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00   header, size = 4
///     03 00 00 00                                                                  int 3
namespace spritefarm::ipc {

enum class FrameKind : std::uint16_t {
  call = 1,
  result = 2,
  failure = 3,
  ready = 4,
  stop = 5,
  skipped = 6,
  leave = 7,
  large_call = 8,
  large_result = 9
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

/// The other end has sent bytes that are not a frame.
class CorruptFrame : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws CorruptFrame if `size` bytes are more than `max_size`.
void check_limit(std::uint64_t size, std::uint64_t max_size);

/// Throws CorruptFrame if no sender of this version writes such a header.
void check_header(const FrameHeader& header);

}  // namespace spritefarm::ipc
