#include "futures/large_results.hpp"

#include "ipc/frame.hpp"

#include <string>
#include <utility>

namespace spritefarm::futures {

class LargeResults::Result final : public LargePart {
 public:
  using LargePart::LargePart;
  ~Result() override {
    if (!m_is_sent) discard();
  }
  [[nodiscard]] std::string place() override {
    m_is_sent = true;
    return LargePart::place();
  }

 private:
  bool m_is_sent = false;  // then the program frees it
};

std::shared_ptr<detail::LargeBytes> LargeResults::make() {
  if (!m_is_sealed || !posix::SharedFile::can_write()) return nullptr;
  return std::make_shared<Result>(m_file, m_parts++ % LargePart::max_parts);
}

LargeResult::LargeResult(std::shared_ptr<posix::SharedFile> file, LargePlace place)
    : m_file(std::move(file)), m_place(place) {
  // A hole is no memory that a worker has filled, but would be ours once it is read.
  if (!m_file->is_sealed() || place.size > m_file->memory())
    throw ipc::CorruptFrame("a result claims " + std::to_string(place.size) +
                            " bytes, more than its worker has written");
  m_mapping = posix::Mapping(m_file->fd(), place.offset, place.size, posix::Mapping::Access::read);
}

LargeResult::~LargeResult() {
  if (m_file) m_file->discard(m_place.offset, m_place.size);
}

}  // namespace spritefarm::futures
