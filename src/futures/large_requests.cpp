#include "futures/large_requests.hpp"

#include "futures/large_place.hpp"
#include "posix/fork.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

namespace spritefarm::futures {

class LargeRequests::Request final : public LargePart {
 public:
  explicit Request(std::shared_ptr<LargeRequests> owner) : Request(owner, owner->take_part()) {}
  ~Request() override {
    if (posix::fork_generation() != m_owner->m_generation) return;
    discard();
    m_owner->give_back(m_part);
  }

 private:
  Request(std::shared_ptr<LargeRequests> owner, std::uint32_t part) noexcept
      : LargePart(owner->m_file, part), m_owner(std::move(owner)), m_part(part) {}

  const std::shared_ptr<LargeRequests> m_owner;
  const std::uint32_t m_part;
};

LargeRequests::LargeRequests() : m_generation(posix::fork_generation()) {}

std::shared_ptr<detail::LargeBytes> LargeRequests::make() {
  if (posix::fork_generation() != m_generation || !posix::SharedFile::can_write()) return nullptr;
  return std::make_shared<Request>(shared_from_this());
}

std::uint32_t LargeRequests::take_part() {
  const std::lock_guard lock(m_mutex);
  if (m_free.empty()) {
    if (m_parts == LargePart::max_parts) throw std::length_error("too many large calls are pending");
    m_free.reserve(std::bit_ceil(m_parts + 1));  // so that give_back() needs no memory
    return m_parts++;
  }
  const std::uint32_t part = m_free.back();
  m_free.pop_back();
  return part;
}

void LargeRequests::give_back(std::uint32_t part) noexcept {
  const std::lock_guard lock(m_mutex);
  m_free.push_back(part);
}

}  // namespace spritefarm::futures
