#include "bench/child_measurement.hpp"

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace spritefarm::bench {
namespace {

// The first byte of each message from the child. Metrics that exceed one message are sent in parts.
constexpr char part_of_measured = '.', measured = '+', failed = '-';
constexpr std::size_t max_part = 60'000;

int run(const std::function<void(const SendMetrics&)>& body, system::ParentLine& parent) {
  try {
    body([&parent](const std::string& metrics) {
      std::string_view rest = metrics;
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

Measured<std::string> measure_bytes_in_child(const std::function<void(const SendMetrics&)>& body,
                                             const Observer& observer) {
  system::ChildProcess child([&body](system::ParentLine& parent) { return run(body, parent); });
  std::string metrics;
  for (char kind = part_of_measured; kind == part_of_measured;) {
    do {
      if (observer.signals.termination.pending()) throw Interrupted();
      if (observer.signals.stop.pending()) throw Stopped();
      observer.observe(child.pid());
    } while (!child.wait_for_message(observer.interval));
    const std::optional<std::string> message = child.receive();
    if (!message || message->empty())
      throw std::runtime_error("the measuring process ended without a result");
    kind = message->front();
    if (kind == failed) throw std::runtime_error(message->substr(1));
    metrics += message->substr(1);
  }
  observer.observe(child.pid());
  return {std::move(metrics), child.finish()};
}

}  // namespace spritefarm::bench
