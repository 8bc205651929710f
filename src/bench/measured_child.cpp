#include "bench/measured_child.hpp"

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace spritefarm::bench {
namespace {

// What a message of the child begins with. Figures that are longer than a message come in several.
constexpr char part_of_measured = '.', measured = '+', failed = '-';
constexpr std::size_t max_part = 60'000;

int run(const std::function<void(const Tell&)>& body, system::ParentLine& parent) {
  try {
    body([&parent](const std::string& figures) {
      std::string_view rest = figures;
      for (; rest.size() > max_part; rest.remove_prefix(max_part))
        parent.send(part_of_measured + std::string(rest.substr(0, max_part)));
      parent.send(measured + std::string(rest));
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
  system::ChildProcess child([&body](system::ParentLine& parent) { return run(body, parent); });
  std::string figures;
  for (char kind = part_of_measured; kind == part_of_measured;) {
    do {
      if (meanwhile.signals.pending()) throw Interrupted();
      meanwhile.look(child.pid());
    } while (!child.wait_for_message(meanwhile.interval));
    const std::optional<std::string> message = child.receive();
    if (!message || message->empty())
      throw std::runtime_error("the process that measures it ended too early");
    kind = message->front();
    if (kind == failed) throw std::runtime_error(message->substr(1));
    figures += message->substr(1);
  }
  meanwhile.look(child.pid());
  return {std::move(figures), child.finish()};
}

}  // namespace spritefarm::bench
