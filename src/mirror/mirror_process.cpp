#include "mirror/mirror_process.hpp"

#include "mirror/mirror.hpp"

#include <exception>
#include <stdexcept>

namespace spritefarm::mirror {

namespace {

// The first byte of the child's only message. The base URL or the error follows.
constexpr char ready = '+', failed = '-';

int run(const MirrorOptions& options, system::ParentLine& parent) {
  try {
    const Mirror mirror(options);
    parent.send(ready + mirror.base_url());
    parent.wait_for_end();
    return 0;
  } catch (const std::exception& failure) {
    parent.send(failed + std::string(failure.what()));
    return 1;
  }
}

}  // namespace

MirrorProcess::MirrorProcess(const MirrorOptions& options)
    : m_child([&](system::ParentLine& parent) { return run(options, parent); }) {
  const auto line = m_child.receive();
  if (!line || line->empty()) throw std::runtime_error("mirror: the process ended before it was ready");
  if (line->front() != ready) throw std::runtime_error("mirror: " + line->substr(1));
  m_base_url = line->substr(1);
}

}  // namespace spritefarm::mirror
