#include "mirror/mirror_process.hpp"

#include "mirror/mirror.hpp"

#include <exception>
#include <stdexcept>

namespace spritefarm::mirror {

namespace {

// What the child says first: one of these, and the base URL or the reason.
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
  if (!line || line->empty()) throw std::runtime_error("the mirror's process ended before it was ready");
  if (line->front() != ready) throw std::runtime_error("mirror: " + line->substr(1));
  m_base_url = line->substr(1);
}

}  // namespace spritefarm::mirror
