#pragma once

#include "system/child_process.hpp"
#include "system/termination_signals.hpp"

#include <spritefarm/codec.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace spritefarm::bench {

/// SIGINT or SIGTERM came while a child measured; the child is gone.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// What a child measured, and what it cost.
template <Portable Metrics>
struct Measured {
  Metrics metrics;
  posix::ChildExit end;
};

/// What the parent does every `interval` while a child measures, and once more when it has told its metrics and is still
/// there with all that it made. The signals are held back for the parent to look for them.
struct Observer {
  const system::TerminationSignals& signals;
  std::chrono::milliseconds interval{100};
  std::function<void(pid_t child)> observe = [](pid_t) {};
};

/// In the child: tells the parent what was measured, and returns once it may all be taken down.
using SendMetrics = std::function<void(const std::string& encoded_metrics)>;

/// measure_in_child(), for metrics that are bytes.
Measured<std::string> measure_bytes_in_child(const std::function<void(const SendMetrics&)>& body,
                                             const Observer& observer);

/// Runs `body` in a child process of its own, so that what it measures of itself (memory, processor time, start-up) is its
/// alone; `body` passes its metrics to the function that it is given. The caller has one thread. Throws
/// std::runtime_error with what the body threw, or where the child ended without metrics, and Interrupted.
template <Portable Metrics, typename Body>
Measured<Metrics> measure_in_child(const Body& body, const Observer& observer) {
  Measured<std::string> told = measure_bytes_in_child(
      [&body](const SendMetrics& send_metrics) {
        body([&send_metrics](const Metrics& metrics) {
          Encoder to;
          encode(to, metrics);
          send_metrics(std::move(to).take());
        });
      },
      observer);
  Decoder from(told.metrics);
  return {decode<Metrics>(from), told.end};
}

}  // namespace spritefarm::bench
