#include "fuzz/fuzz_input.hpp"
#include "ipc/channel.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace spritefarm;
using fuzz::must;

namespace {

/// Reads and writes bytes in pieces; the piece sizes repeat.
class PiecewiseStream final : public ipc::ByteStream {
 public:
  PiecewiseStream(std::string_view incoming, std::string_view pieces, std::string& outgoing)
      : m_incoming(incoming), m_pieces(pieces), m_outgoing(outgoing) {}

  std::size_t write_some(std::string_view first, std::string_view second) override {
    const std::size_t taken = std::min(next_piece(), first.size() + second.size());
    m_outgoing += first.substr(0, taken);
    m_outgoing += second.substr(0, taken - std::min(taken, first.size()));
    return taken;
  }
  std::size_t read_some(char* to, std::size_t size) override {
    const std::size_t got = m_incoming.copy(to, std::min(size, next_piece()));
    m_incoming.remove_prefix(got);
    return got;
  }
  [[nodiscard]] bool ended() const noexcept override { return m_incoming.empty(); }
  [[nodiscard]] int receiving_fd() const noexcept override { return -1; }
  [[nodiscard]] int sending_fd() const noexcept override { return -1; }

 private:
  std::size_t next_piece() {
    if (m_pieces.empty()) return 4096;
    return static_cast<unsigned char>(m_pieces[m_at++ % m_pieces.size()]);
  }

  std::string_view m_incoming, m_pieces;
  std::string& m_outgoing;
  std::size_t m_at = 0;
};

}  // namespace

/// Piece sizes, a newline, and the bytes that a peer sends in such pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::string_view pieces = input.field('\n');
  if (!pieces.empty() && std::all_of(pieces.begin(), pieces.end(), [](char c) { return c == 0; })) return 0;
  const std::string_view sent = input.rest();

  std::string nothing;
  auto stream = std::make_unique<PiecewiseStream>(sent, pieces, nothing);
  ipc::Channel receiver(std::move(stream));
  std::vector<ipc::Frame> frames;
  try {
    // A piece may be empty: nothing to read now, but more later.
    for (std::size_t idle = 0; idle <= pieces.size() + 1;) {
      if (auto frame = receiver.receive()) {
        must(frame->payload.size() == frame->header.size, "a payload is as long as its header says");
        frames.push_back(std::move(*frame));
        idle = 0;
      } else {
        idle = receiver.ended() ? idle + 1 : 0;
      }
    }
  } catch (const ipc::CorruptFrame&) {
  }

  std::string sent_again;
  ipc::Channel sender(std::make_unique<PiecewiseStream>(std::string_view(), pieces, sent_again));
  for (const ipc::Frame& frame : frames) sender.send(frame.header, frame.payload);
  while (!sender.flush()) {
  }
  must(sent.starts_with(sent_again), "received frames are a prefix of the bytes sent");
  return 0;
}
