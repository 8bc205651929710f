#include "futures/request_memory.hpp"

#include "ipc/frame.hpp"
#include "posix/fork.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace spritefarm::futures {
namespace {

constexpr std::uint64_t part_size = std::uint64_t{1} << 40;
constexpr std::uint32_t max_parts = 1 << 22;  // so that all offsets are below 2^62

}  // namespace

std::string RequestPlace::encoded() const {
  return std::string(reinterpret_cast<const char*>(this), sizeof *this);
}

RequestPlace RequestPlace::decode(std::string_view payload) {
  RequestPlace place;
  if (payload.size() != sizeof place) throw ipc::CorruptFrame("the place of a request has the wrong size");
  std::memcpy(&place, payload.data(), sizeof place);
  return place;
}

class RequestMemory::Bytes final : public detail::LargeBytes {
 public:
  explicit Bytes(std::shared_ptr<RequestMemory> memory)
      : m_memory(std::move(memory)), m_part(m_memory->take_part()) {}
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() override {
    if (posix::fork_generation() != m_memory->m_generation) return;
    m_memory->m_file.discard(offset(), m_size);
    m_memory->give_back(m_part);
  }

  void append(std::string_view bytes) override {
    if (bytes.size() > part_size - m_size)
      throw std::length_error("the arguments of a call exceed a terabyte");
    m_memory->m_file.write(offset() + m_size, bytes);
    m_size += bytes.size();
  }
  [[nodiscard]] std::size_t size() const noexcept override { return m_size; }
  [[nodiscard]] std::string place() const override { return RequestPlace{offset(), m_size}.encoded(); }

 private:
  [[nodiscard]] std::uint64_t offset() const noexcept { return m_part * part_size; }

  const std::shared_ptr<RequestMemory> m_memory;
  const std::uint32_t m_part;
  std::size_t m_size = 0;
};

RequestMemory::RequestMemory() : m_generation(posix::fork_generation()) {}

std::shared_ptr<detail::LargeBytes> RequestMemory::make() {
  if (posix::fork_generation() != m_generation || !posix::SharedFile::can_write()) return nullptr;
  return std::make_shared<Bytes>(shared_from_this());
}

std::uint32_t RequestMemory::take_part() {
  const std::lock_guard lock(m_mutex);
  if (m_free.empty()) {
    if (m_parts == max_parts) throw std::length_error("too many large calls are pending");
    m_free.reserve(std::bit_ceil(m_parts + 1));  // so that give_back() needs no memory
    return m_parts++;
  }
  const std::uint32_t part = m_free.back();
  m_free.pop_back();
  return part;
}

void RequestMemory::give_back(std::uint32_t part) noexcept {
  const std::lock_guard lock(m_mutex);
  m_free.push_back(part);
}

}  // namespace spritefarm::futures
