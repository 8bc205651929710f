#include "bench/measured_child.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace spritefarm::bench {
namespace {

// What a message of the child begins with.
constexpr char measured = '+', failed = '-';

int run(const std::function<void(const Tell&)>& body, posix::ParentLine& parent) {
  try {
    body([&parent](const std::string& figures) {
      parent.send(measured + figures);
      parent.wait_for_end();
    });
    return 0;
  } catch (const std::exception& error) {
    parent.send(failed + std::string(error.what()));
    return 1;
  }
}

}  // namespace

Measured<std::string> measure_bytes_apart(const std::function<void(const Tell&)>& body,
                                          const Meanwhile& meanwhile) {
  posix::ChildProcess child([&body](posix::ParentLine& parent) { return run(body, parent); });
  do {
    if (meanwhile.signals.pending()) throw Interrupted();
    meanwhile.look(child.pid());
  } while (!child.wait_for_message(meanwhile.interval));
  std::optional<std::string> message = child.receive();
  if (!message || message->empty()) throw std::runtime_error("the process that measures it ended too early");
  if (message->front() != measured) throw std::runtime_error(message->substr(1));
  meanwhile.look(child.pid());
  return {message->substr(1), child.finish()};
}

}  // namespace spritefarm::bench
