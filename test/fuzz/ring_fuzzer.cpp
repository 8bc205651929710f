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

bool is_notified(posix::EventFd& notification) {
  pollfd ready{notification.fd().get(), POLLIN, 0};
  const bool rang = ::poll(&ready, 1, 0) == 1;
  notification.clear();
  return rang;
}

/// Both sides of a ring, and what must come out of it. Its memory is just as large as the ring, so that AddressSanitizer
/// sees every step beyond.
class TwoSides {
 public:
  TwoSides()
      : m_memory(static_cast<char*>(std::aligned_alloc(64, Ring::size_in_memory(capacity)))),
        m_writer(formatted(m_memory.get()), capacity),
        m_reader(m_memory.get(), capacity) {}

  void write(std::string_view first, std::string_view second) {
    const std::size_t room = capacity - m_inside.size(), whole = first.size() + second.size();
    try {
      const std::size_t taken = m_writer.write_some(first, second, m_readers_notification);
      must(taken <= whole, "no more is written than was given");
      if (!m_honest) return;
      must(taken == std::min(room, whole), "as much is written as there is room for");
      m_inside += (std::string(first) + std::string(second)).substr(0, taken);
      if (taken < whole) m_writer_waits = true;
      if (taken > 0)
        must(is_notified(m_readers_notification) == m_reader_waits, "a reader that waits is woken, no other");
      if (taken > 0) m_reader_waits = false;
    } catch (const ipc::CorruptFrame&) {
      must(!m_honest, "a ring is corrupt only if somebody corrupted it");
    }
  }
  void read(std::size_t most) {
    const auto to = std::make_unique<char[]>(most);
    try {
      const std::size_t got = m_reader.read_some(to.get(), most, m_writers_notification);
      must(got <= most, "no more is read than was asked for");
      if (!m_honest) return;
      must(got <= m_inside.size() && (got > 0) == (most > 0 && !m_inside.empty()), "what there is is read");
      must(m_inside.compare(0, got, to.get(), got) == 0, "what is read is what was written");
      m_inside.erase(0, got);
      if (m_inside.empty() && got == 0) m_reader_waits = true;
      if (got > 0)
        must(is_notified(m_writers_notification) == m_writer_waits, "a writer that waits is woken, no other");
      if (got > 0) m_writer_waits = false;
    } catch (const ipc::CorruptFrame&) {
      must(!m_honest, "a ring is corrupt only if somebody corrupted it");
    }
  }
  /// As the other process could: any byte of what is shared.
  void overwrite(std::size_t at, std::string_view with) {
    m_honest = m_honest && with.empty();
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
  posix::EventFd m_readers_notification, m_writers_notification;
  Ring m_writer, m_reader;
  std::string m_inside;
  bool m_honest = true, m_reader_waits = true, m_writer_waits = false;
};

}  // namespace

/// What both sides do, one after another: an operation and a number each.
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
      case 'o':  // of a control word: version, capacity, written, read, who waits
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
