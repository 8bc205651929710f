#include "fuzz/fuzz_input.hpp"
#include "ipc/frame.hpp"
#include "ipc/ring.hpp"

#include <poll.h>

#include <memory>
#include <string>

using namespace spritefarm;
using fuzz::must;
using ipc::Ring;

namespace {

constexpr std::uint32_t capacity = 64;

bool is_notified(posix::SharedNotification& notification) {
  pollfd ready{notification.fd().get(), POLLIN, 0};
  const bool notified = ::poll(&ready, 1, 0) == 1;
  notification.clear();
  return notified;
}

/// Both sides of a ring and its expected content. The memory has exactly the size of the ring, so that
/// AddressSanitizer detects every access beyond it.
class TwoSides {
 public:
  TwoSides()
      : m_memory(static_cast<char*>(std::aligned_alloc(64, Ring::size_in_memory(capacity)))),
        m_writer(formatted(m_memory.get()), capacity),
        m_reader(m_memory.get(), capacity) {}

  void write(std::string_view first, std::string_view second) {
    const std::size_t room = capacity - m_content.size(), whole = first.size() + second.size();
    try {
      const std::size_t taken = m_writer.write_some(first, second, m_readers_notification);
      must(taken <= whole, "a write takes at most the bytes given");
      if (!m_intact) return;
      must(taken == std::min(room, whole), "a write fills the free space");
      m_content += (std::string(first) + std::string(second)).substr(0, taken);
      if (taken < whole) m_writer_waits = true;
      if (taken > 0)
        must(is_notified(m_readers_notification) == m_reader_waits,
             "a write notifies a waiting reader, and only then");
      if (taken > 0) m_reader_waits = false;
    } catch (const ipc::CorruptFrame&) {
      must(!m_intact, "only an overwritten ring is corrupt");
    }
  }
  void read(std::size_t max) {
    const auto to = std::make_unique<char[]>(max);
    try {
      const std::size_t got = m_reader.read_some(to.get(), max, m_writers_notification);
      must(got <= max, "a read returns at most the bytes asked for");
      if (!m_intact) return;
      must(got <= m_content.size() && (got > 0) == (max > 0 && !m_content.empty()),
           "a read returns bytes if there are any");
      must(m_content.compare(0, got, to.get(), got) == 0, "a read returns the bytes written");
      m_content.erase(0, got);
      if (m_content.empty() && got == 0) m_reader_waits = true;
      if (got > 0)
        must(is_notified(m_writers_notification) == m_writer_waits,
             "a read notifies a waiting writer, and only then");
      if (got > 0) m_writer_waits = false;
    } catch (const ipc::CorruptFrame&) {
      must(!m_intact, "only an overwritten ring is corrupt");
    }
  }
  /// Overwrites shared bytes, as a broken process could.
  void overwrite(std::size_t at, std::string_view with) {
    m_intact = m_intact && with.empty();
    for (std::size_t i = 0; i < with.size(); ++i)
      m_memory[(at + i) % Ring::size_in_memory(capacity)] = with[i];
  }

 private:
  struct Free {
    void operator()(char* memory) const noexcept { std::free(memory); }
  };
  static char* formatted(char* memory) {
    std::memset(memory, 0, Ring::size_in_memory(capacity));
    Ring::format(memory, capacity);
    return memory;
  }

  std::unique_ptr<char[], Free> m_memory;
  posix::SharedNotification m_readers_notification, m_writers_notification;
  Ring m_writer, m_reader;
  std::string m_content;
  bool m_intact = true, m_reader_waits = true, m_writer_waits = false;
};

}  // namespace

/// A sequence of operations of both sides: an operation and a number each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  TwoSides sides;
  while (!input.empty()) {
    const auto operation = input.number<char>();
    const std::size_t number = input.number<std::uint8_t>();
    const std::string_view rest = input.rest();
    switch (operation) {
      case 'r':
        sides.read(number);
        break;
      case 'w':
        sides.write(rest.substr(0, number / 2), rest.substr(0, number));
        break;
      case 'o':  // of a control word: version, capacity, written, read, waiting flags
        sides.overwrite(number % 6 * 64 + (number & 4), input.bytes(8));
        break;
      case 'b':
        sides.overwrite(number, input.bytes(1));
        break;
      default:
        return 0;
    }
  }
  return 0;
}
